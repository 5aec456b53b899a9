import hashlib
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from models.agreements import AgreementRef, AgreementTerms, Audience
from models.periods import CHINA
from models.policies import BrokenPolicy, load
from models.policies.agreements import HERE, load_texts, read_texts
from models.rules.agreements import acceptance_findings, effective_on, to_sign

TEXTS = read_texts()
ALL, NEW = Audience.EVERYBODY, Audience.NOT_YET_PARTNERS


def terms(name: str, audience: Audience = ALL, version: str = "1", market: str = "aliyun") -> AgreementTerms:
    text = TEXTS.of(market, name, version)
    return AgreementTerms(
        name=name,
        version=version,
        title=name,
        title_zh=name,
        audience=audience,
        sha256=text.sha256 if text else "0" * 64,
        rule="ALI-ONB-11",
    )


ALIYUN = [terms("partner-framework", NEW), terms("partner-annexes", NEW), terms("marketplace")]
TENCENT = [terms("product-partner", market="tencent-cloud"), terms("access", market="tencent-cloud")]


def found(
    *accepted: tuple[str, str], owed: list[AgreementTerms], together: bool = False
) -> list[tuple[str, str]]:
    """Where something is wrong, and what."""
    refs = [AgreementRef(name=name, version=version) for name, version in accepted]
    findings = acceptance_findings(refs, owed, together=together, field="agreements")
    return [(each.field, each.code) for each in findings]


def test_a_partner_signs_the_market_agreement_alone() -> None:
    """ALI-ONB-09."""
    assert [each.name for each in to_sign(ALIYUN, is_partner=True)] == ["marketplace"]


def test_who_is_no_partner_yet_signs_framework_annexes_and_market_agreement() -> None:
    """ALI-ONB-10, -11."""
    names = [each.name for each in to_sign(ALIYUN, is_partner=False)]
    assert names == ["partner-framework", "partner-annexes", "marketplace"]


@pytest.mark.parametrize("is_partner", [True, False])
def test_what_is_for_everybody_is_for_partners_too(is_partner: bool) -> None:
    """TCM-ONB-06."""
    assert to_sign(TENCENT, is_partner) == tuple(TENCENT)


def test_one_of_several_may_be_accepted_first() -> None:
    """ALI-ONB-11: the others stay to be signed."""
    assert found(("marketplace", "1"), owed=ALIYUN) == []


def test_both_boxes_are_ticked_or_nothing_is_accepted() -> None:
    """TCM-ONB-06."""
    assert found(("access", "1"), ("product-partner", "1"), owed=TENCENT, together=True) == []
    assert found(("access", "1"), owed=TENCENT, together=True) == [("agreements", "agreement-missing")]
    assert found(owed=TENCENT, together=True) == [("agreements", "agreement-missing")] * 2


def test_another_version_is_refused_and_the_right_one_is_told() -> None:
    [other] = acceptance_findings(
        [AgreementRef(name="access", version="2"), AgreementRef(name="product-partner", version="1")],
        TENCENT,
        together=True,
        field="agreements",
    )
    assert (other.field, other.code, other.rule) == ("agreements.0.version", "other-version", "ALI-ONB-11")
    assert "version 1 of access" in other.detail


def test_everything_that_is_wrong_is_told_at_once() -> None:
    accepted = (("marketplace", "1"), ("lease", "1"), ("marketplace", "1"), ("partner-annexes", "0"))
    assert found(*accepted, owed=ALIYUN, together=True) == [
        ("agreements.1.name", "unknown-agreement"),
        ("agreements.2.name", "agreement-twice"),
        ("agreements.3.version", "other-version"),
        ("agreements", "agreement-missing"),
    ]


def test_a_partner_cannot_accept_what_it_does_not_owe() -> None:
    """ALI-ONB-09."""
    owed = list(to_sign(ALIYUN, is_partner=True))
    assert found(("partner-framework", "1"), owed=owed) == [("agreements.0.name", "unknown-agreement")]
    assert found(("marketplace", "1"), owed=[]) == [("agreements.0.name", "unknown-agreement")]


@pytest.mark.parametrize(
    ("accepted_at", "day"),
    [
        ("2024-01-10T10:00:00+08:00", date(2024, 1, 10)),
        ("2024-01-10T00:00:00+08:00", date(2024, 1, 10)),
        ("2024-01-09T16:00:00+00:00", date(2024, 1, 10)),
        ("2024-01-09T15:59:59+00:00", date(2024, 1, 9)),
    ],
)
def test_an_agreement_is_in_effect_from_the_local_day_of_its_acceptance(accepted_at: str, day: date) -> None:
    """TCM-ONB-08, CV-1."""
    assert effective_on(datetime.fromisoformat(accepted_at)) == day
    assert effective_on(datetime.fromisoformat(accepted_at).astimezone(CHINA)) == day


def test_every_text_of_ours_is_a_short_sample_in_both_languages() -> None:
    assert {key[:2] for key in TEXTS.texts} >= {
        *(("aliyun", name) for name in ("marketplace", "partner-framework", "partner-annexes")),
        *(("tencent-cloud", name) for name in ("product-partner", "access")),
        ("rehearsal", "access"),
    }
    for text in TEXTS.texts.values():
        assert "样例" in text.text
        assert "sample" in text.text
        assert text.text.count("\n") < 40


def test_a_text_is_known_by_the_digest_of_its_bytes() -> None:
    text = TEXTS.of("rehearsal", "access", "1")
    assert text is not None
    assert text.sha256 == hashlib.sha256((HERE / "rehearsal/access-1.md").read_bytes()).hexdigest()
    TEXTS.check("rehearsal", terms("access", market="rehearsal"))


def test_every_text_that_our_policies_ask_for_is_the_one_they_mean() -> None:
    assert load_texts(load()) == TEXTS


def test_a_text_that_is_not_what_the_policy_says_stops_the_start() -> None:
    changed = terms("marketplace").model_copy(update={"sha256": "0" * 64})
    with pytest.raises(BrokenPolicy, match=r"marketplace-1.md.*sha256.*aliyun says 0{64}"):
        TEXTS.check("aliyun", changed)


def test_a_text_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(BrokenPolicy, match=r"marketplace-2.md.*is not there"):
        TEXTS.check("aliyun", terms("marketplace", version="2"))


def own(folder: Path, name: str, content: bytes) -> Path:
    file = folder / "agreements" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return folder


def test_a_text_of_ones_own_replaces_ours_and_stands_beside_earlier_versions(tmp_path: Path) -> None:
    own(tmp_path, "aliyun/marketplace-1.md", "自己的".encode())
    own(tmp_path, "aliyun/partner-annexes-2024-11-12.md", b"later")
    texts = read_texts(tmp_path)
    replaced = texts.of("aliyun", "marketplace", "1")
    assert replaced is not None
    assert replaced.text == "自己的"
    later = texts.of("aliyun", "partner-annexes", "2024-11-12")
    assert later is not None
    assert later.text == "later"
    assert set(texts.texts) == {*TEXTS.texts, ("aliyun", "partner-annexes", "2024-11-12")}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("aliyun/marketplace.md", b"", "marketplace.md, line 0, file name: "),
        ("aliyun/marketplace-draft.md", b"", "marketplace-draft.md, line 0, file name: "),
        ("aliyun/marketplace-2.md", "a\n市场".encode("gb18030"), "marketplace-2.md, line 2, -: .*utf-8"),
    ],
)
def test_a_file_that_is_no_version_of_a_text_stops_the_start(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(BrokenPolicy, match=told):
        read_texts(own(tmp_path, name, content))


def test_whoever_writes_a_policy_can_have_the_digests_printed(tmp_path: Path) -> None:
    own(tmp_path, "bazaar/access-3.md", b"access")
    command = [sys.executable, "-m", "models.policies.agreements", str(tmp_path)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
    digest = hashlib.sha256(b"access").hexdigest()
    assert f'bazaar: name = "access", version = "3", sha256 = "{digest}"\n' in printed
    assert len(printed.splitlines()) == len(TEXTS.texts) + 1
