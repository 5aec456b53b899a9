from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from models.periods import CHINA
from models.policies import HERE, BrokenPolicy, OrderPolicy, ReceiptPolicy, load, read
from models.rules.eligibility import EligibilityTerms
from models.working_days import WorkingDays

BEGINNING = datetime(2020, 12, 28, tzinfo=CHINA)
OURS = (HERE / "alipay.toml").read_text("utf-8")


def table(begins: str, ends: str = "[[") -> str:
    begin = OURS.index(begins)
    return OURS[begin : (OURS + ends).index(ends, begin + 2)]


ORDERS, RECEIPTS = table("[[template-orders]]"), table("[[payment-receipts]]")
ALIPAY = OURS[: OURS.index("[[")] + ORDERS + RECEIPTS
"""The market as it began: one version of each process."""


def written(folder: Path, text: str, name: str = "alipay.toml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_every_market_of_ours_loads() -> None:
    markets = load()
    assert {"alipay", "aliyun", "rehearsal", "tencent-cloud"} <= set(markets)
    for name, market in markets.items():
        assert market.market == name
        assert market.versions("template-orders") or market.versions("provider-onboardings")
        assert market.versions("payment-receipts")


def test_the_figures_are_those_of_the_rules() -> None:
    """AMP-ORD-19, AMP-IMP-04, AMP-CONF-01, AMP-ORD-16, AMP-IMP-09."""
    policy = load()["alipay"].in_force("template-orders", BEGINNING)
    assert isinstance(policy, OrderPolicy)
    assert policy.terms.pay_within == timedelta(days=3)
    assert policy.terms.implement_within == timedelta(days=30)
    assert policy.terms.confirm_within == timedelta(days=7)
    assert policy.placing.renewal_horizon == "P1Y"
    assert policy.placing.ordinary_published_before == date(2020, 12, 28)


def test_the_figures_of_onboardings_are_those_of_the_rules() -> None:
    """TCM-ELIG-02..05, TCM-ONB-06, -09, -15, AMB-01, AMB-31, and ALI-ONB-01, -02, -04, -11."""
    markets = load()
    [cloud], [bazaar] = (markets[name].provider_onboardings for name in ("tencent-cloud", "aliyun"))
    assert bazaar.effective_from == datetime(2020, 2, 27, tzinfo=CHINA)
    assert bazaar.terms.steps == ("identity", "application", "agreements", "deposit")
    one_by_one, together = bazaar.terms.agreements_together, cloud.terms.agreements_together
    assert (one_by_one, together) == (False, True)
    assert (bazaar.terms.general_agreement, cloud.terms.general_agreement) == (False, True)
    audiences = {each.name: str(each.audience) for each in bazaar.terms.agreements}
    partners = dict.fromkeys(("partner-framework", "partner-annexes"), "not_yet_partners")
    assert audiences == {"marketplace": "everybody", **partners}
    assert cloud.terms.eligibility == EligibilityTerms(
        team_at_least=10,
        established_for="P1Y",
        capital_at_least_fen=500_000_00,
        support_days_at_least=5,
        support_hours_at_least=8,
    )
    licence = markets["tencent-cloud"].documents["business_licence"]
    assert (licence.most_bytes, licence.types) == (2_097_152, ("image/jpeg", "image/png"))
    for market in (cloud, bazaar):
        assert market.terms.subjects == ("enterprise",)
        assert market.terms.review.review_within == WorkingDays(working_days=3)
        assert market.terms.certification_fee_fen is None


def test_the_figures_of_deposits_and_bank_accounts_are_those_of_the_rules() -> None:
    """ALI-RTL-01, AMB-04, AMB-38, TCM-DEP-04, -05, and TCM-TEN-11, AMB-36."""
    markets = load()
    before, retail = markets["aliyun"].deposit_accounts
    assert retail.effective_from == datetime(2020, 4, 14, tzinfo=CHINA)
    for bazaar in (before.terms, retail.terms):
        assert bazaar.top_up_within == timedelta(days=30)
        assert (bazaar.unpaid_blocks, bazaar.short_blocks) == (("listing",), ("listing",))
    [cloud] = markets["tencent-cloud"].deposit_accounts
    assert cloud.terms.top_up_within is None
    assert (cloud.terms.unpaid_blocks, cloud.terms.short_blocks) == (
        ("listing", "withdrawal"),
        ("withdrawal",),
    )
    [account] = markets["tencent-cloud"].bank_accounts
    check = account.terms.check
    assert (check.direction, check.proof, check.attempts) == ("platform_pays", "two_amounts", 3)
    assert (check.valid_for, check.checked_within) == (timedelta(hours=72), timedelta(hours=24))


def lengths(terms: BaseModel) -> Iterator[timedelta]:
    for _, value in terms:
        if isinstance(value, BaseModel):
            yield from lengths(value)
        elif isinstance(value, timedelta):
            yield value


def test_every_rehearsal_is_over_in_seconds() -> None:
    rehearsal = load()["rehearsal"]
    for process in ("template-orders", "payment-receipts"):
        for policy in rehearsal.versions(process):
            assert isinstance(policy, OrderPolicy | ReceiptPolicy)
            clocks = list(lengths(policy.terms))
            assert clocks
            assert all(timedelta(seconds=1) < clock <= timedelta(minutes=1) for clock in clocks)


def test_a_policy_is_in_force_from_its_first_instant_on(tmp_path: Path) -> None:
    later = ALIPAY.replace('version = "2020-12-28"', 'version = "2022"').replace(
        "effective_from = 2020-12-28", "effective_from = 2022-01-01"
    )
    versions = later[later.index("[[template-orders]]") : later.index("[[payment-receipts]]")]
    market = read(written(tmp_path, ALIPAY + versions))
    second = timedelta(seconds=1)
    instants = (BEGINNING - second, BEGINNING, datetime(2022, 1, 1, tzinfo=CHINA) - second)
    in_force = [market.in_force("template-orders", at) for at in (*instants, instants[-1] + second)]
    assert [policy and policy.version for policy in in_force] == [None, "2020-12-28", "2020-12-28", "2022"]


def test_a_market_runs_no_process_that_it_does_not_name() -> None:
    assert load()["alipay"].in_force("shop-reviews", BEGINNING) is None


def test_a_file_of_ones_own_adds_a_market_or_replaces_ours(tmp_path: Path) -> None:
    written(tmp_path, ALIPAY.replace('"alipay"', '"bazaar"'), "bazaar.toml")
    written(tmp_path, ALIPAY.replace('"P3D"', '"P5D"'))
    markets = load(tmp_path)
    assert set(markets) == {*load(), "bazaar"}
    [replaced] = markets["alipay"].versions("template-orders")
    assert isinstance(replaced, OrderPolicy)
    assert replaced.terms.pay_within == timedelta(days=5)


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BrokenPolicy, match="POLICY_DIR: is no directory"):
        load(tmp_path / "nowhere")


LINES = ALIPAY.splitlines()


def line_of(text: str, which: int = 0) -> int:
    return [number for number, line in enumerate(LINES, 1) if line.startswith(text)][which]


PLACING, TERMS = "template-orders.0.placing", "template-orders.0.terms"
TERMS_BEGIN, RECEIPTS_BEGIN = line_of("[template-orders.terms]"), line_of("[[payment-receipts]]")


@pytest.mark.parametrize(
    ("old", "new", "field", "line"),
    [
        pytest.param('"P3D"', "P3D", "-", line_of("pay_within"), id="no TOML"),
        pytest.param('"P3D"', '"3 days"', f"{TERMS}.pay_within", line_of("pay_within"), id="no period"),
        pytest.param('"P3D"', "3", f"{TERMS}.pay_within", line_of("pay_within"), id="three of what"),
        pytest.param('"P3D"', '"P0D"', f"{TERMS}.pay_within", line_of("pay_within"), id="no time"),
        pytest.param(
            'pay_within = "P3D"\n', "", f"{TERMS}.pay_within", line_of("[template-orders.t"), id="missing"
        ),
        pytest.param(
            '"P1Y"', '"PT1H"', "template-orders.0.placing.renewal_horizon", line_of("renewal"), id="hours"
        ),
        pytest.param(
            'ask_within = "P7D"',
            'ask_within = "P7D"\ntries = 3',
            "payment-receipts.0.terms.tries",
            line_of("ask_within") + 1,
            id="unknown",
        ),
        pytest.param('market = "alipay"', 'market = "alipai"', "market", line_of("market"), id="wrong name"),
        pytest.param("title =", "titel =", "title", 1, id="misspelt"),
        pytest.param(
            "effective_from = 2020-12-28T00:00:00+08:00",
            "effective_from = 2020-12-28T00:00:00",
            "template-orders.0.effective_from",
            line_of("effective_from"),
            id="no time zone",
        ),
        pytest.param("payment-receipts", "payments", "payments", RECEIPTS_BEGIN, id="no process"),
    ],
)
def test_a_broken_file_is_told_by_name_line_and_field(
    tmp_path: Path, old: str, new: str, field: str, line: int
) -> None:
    file = written(tmp_path, ALIPAY.replace(old, new))
    with pytest.raises(BrokenPolicy) as broken:
        load(tmp_path)
    told = broken.value
    assert (told.file, told.field, told.line) == (file, field, line)
    assert str(told).startswith(f"alipay.toml, line {line}, {field}: ")


def test_the_second_of_two_versions_is_told_by_its_own_line(tmp_path: Path) -> None:
    later = ALIPAY[ALIPAY.index("[[template-orders]]") :].replace('"2020-12-28"', '"2022"')
    file = written(tmp_path, ALIPAY + later.replace('"P30D"', '"a month"'))
    with pytest.raises(BrokenPolicy) as broken:
        read(file)
    skipped = ALIPAY[: ALIPAY.index("[[template-orders]]")].count("\n")
    assert broken.value.field == "template-orders.1.terms.implement_within"
    assert broken.value.line == len(LINES) - skipped + line_of("implement_within")


@pytest.mark.parametrize("process", ["template-orders", "payment-receipts"])
def test_a_version_that_stands_there_twice_is_refused(tmp_path: Path, process: str) -> None:
    parts = {
        "template-orders": ALIPAY.index("[[template-orders]]"),
        "payment-receipts": ALIPAY.index("[[payment"),
    }
    end = parts["payment-receipts"] if process == "template-orders" else len(ALIPAY)
    with pytest.raises(BrokenPolicy, match=f"{process}: has a version twice"):
        read(written(tmp_path, ALIPAY + ALIPAY[parts[process] : end]))


def test_a_file_in_another_encoding_is_told_by_name_and_line(tmp_path: Path) -> None:
    (tmp_path / "alipay.toml").write_bytes(ALIPAY.encode("gb18030"))
    with pytest.raises(BrokenPolicy, match=r"alipay.toml, line 4, -: .*utf-8"):
        load(tmp_path)
