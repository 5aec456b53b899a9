"""What providers sign and join, as the API shows it, in a market of its own that changed its mind once."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine

from api.app import create_app, open_office
from models.policies.agreements import HERE
from tests.api.caller import Api, free_port, refusal, serving
from tests.api.conftest import settings_for

OLD, NEW, OTHER = "# 旧\n\nold\n", "# 新\n\nnew\n", "# 合作\n\npartners\n"
ROLES = ("service", "operator", "provider")
BAZAAR = "/v1/markets/bazaar"
TEXT = f"{BAZAAR}/agreements/access/2"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def version(number: int, since: str, *agreements: tuple[str, int, str, str]) -> str:
    asked = "".join(
        f'\n  {{ name = "{name}", version = "{each}", title = "The {name}", title_zh = "协议", '
        f'audience = "{audience}", sha256 = "{digest(text)}", rule = "TCM-ELIG-06", '
        f"valid_until = 2099-03-31 }},"
        for name, each, audience, text in agreements
    )
    return f"""
[[provider-onboardings]]
version = "{number}"
effective_from = {since}T00:00:00+08:00
source = "made up for tests"
rules = ["TCM-ELIG-06"]

[provider-onboardings.terms]
steps = ["agreements"]
rule_set = "{number}"
subjects = ["enterprise"]
identity_attempts = 3
review = {{ review_within = "P3D", replan_every = "P1D" , corrections = 3 }}
lapse_within = "P30D"
agreements = [{asked}
]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 2 of an agreement follows version 1; another one is for who is no partner yet."""
    folder = tmp_path_factory.mktemp("policies")
    policy = 'market = "bazaar"\ntitle = "Bazaar"\ntitle_zh = "集市"\n'
    policy += version(1, "2020-01-01", ("access", 1, "everybody", OLD))
    later = (("access", 2, "everybody", NEW), ("partners", 1, "not_yet_partners", OTHER))
    (folder / "bazaar.toml").write_text(policy + version(2, "2024-01-01", *later), "utf-8")
    texts = folder / "agreements/bazaar"
    texts.mkdir(parents=True)
    for name, text in {"access-1": OLD, "access-2": NEW, "access-0": "draft", "partners-1": OTHER}.items():
        (texts / f"{name}.md").write_bytes(text.encode())
    sorts = (HERE.parent / "categories/rehearsal.toml").read_text("utf-8")
    (folder / "categories").mkdir()
    (folder / "categories/bazaar.toml").write_text(sorts.replace('"rehearsal"', '"bazaar"'), "utf-8")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bazaar(folder: Path, quiet_engine: Engine) -> AsyncIterator[Api]:
    url = quiet_engine.url.render_as_string(hide_password=False)
    settings = settings_for(url, f"127.0.0.1:{free_port()}", policy_dir=folder)
    async with serving(create_app(settings), settings, quiet_engine) as api:
        yield api


async def test_what_is_asked_for_now_is_listed_with_its_digest_and_for_whom(bazaar: Api) -> None:
    """ALI-ONB-11, TCM-ELIG-06."""
    listed = (await bazaar.get(f"{BAZAAR}/agreements")).json()["agreements"]
    assert listed == [
        {
            "name": "access",
            "version": "2",
            "title": "The access",
            "title_zh": "协议",
            "sha256": digest(NEW),
            "audience": "everybody",
            "valid_until": "2099-03-31",
        },
        {
            "name": "partners",
            "version": "1",
            "title": "The partners",
            "title_zh": "协议",
            "sha256": digest(OTHER),
            "audience": "not_yet_partners",
            "valid_until": "2099-03-31",
        },
    ]


async def test_a_text_is_the_bytes_that_its_digest_is_of(bazaar: Api) -> None:
    answer = await bazaar.get(TEXT)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.content == NEW.encode()
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'


async def test_a_text_that_nobody_signs_any_more_can_still_be_read(bazaar: Api) -> None:
    for earlier, text in (("1", OLD), ("0", "draft")):
        answer = await bazaar.get(f"{BAZAAR}/agreements/access/{earlier}", "provider")
        assert (answer.status_code, answer.text) == (200, text)


@pytest.mark.parametrize(
    "path",
    ["access/3", "b/1", "access/..%2F2", "..%2Faccess/2", "access/2.md", "bazaar%2Faccess/2", "access-2/2"],
)
async def test_a_text_that_is_not_there_is_not_found(bazaar: Api, path: str) -> None:
    refusal(await bazaar.get(f"{BAZAAR}/agreements/{path}"), 404, "not-found")


@pytest.mark.parametrize(
    "path", [TEXT, *(f"{BAZAAR}/{each}" for each in ("agreements", "categories", "catalogue"))]
)
async def test_whoever_works_in_the_market_reads_and_nobody_else(bazaar: Api, path: str) -> None:
    """TCM-ELIG-07."""
    unknown = await bazaar.get("/v1/markets/nowhere")
    for role in ROLES:
        assert (await bazaar.speaking(market="bazaar").get(path, role)).status_code == 200
        foreign = await bazaar.speaking(market="alipay").get(path, role)
        refusal(foreign, 404, "not-found")
        assert foreign.content == unknown.content
    answer = await bazaar.get(path, None)
    refusal(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_market_without_onboarding_asks_for_nothing_and_sorts_nothing(bazaar: Api) -> None:
    assert (await bazaar.get("/v1/markets/alipay/agreements")).json() == {"agreements": []}
    assert (await bazaar.get("/v1/markets/alipay/categories")).json() == {"categories": []}


async def test_categories_are_listed_with_the_keys_to_choose_by(bazaar: Api) -> None:
    """TCM-CAT-19, ALI-RTL-04, AMB-06."""
    listed = (await bazaar.get(f"{BAZAAR}/categories")).json()["categories"]
    by_name = {each["name"]: each for each in listed}
    assert by_name["service"]["keys"] == ["service"]
    assert by_name["security"]["keys"] == ["security/network-security", "security/data-security"]
    assert by_name["security"]["children"][0]["title_zh"] == "网络安全"
    assert by_name["finance"]["kind"] == "industry"
    assert by_name["retail-channel"]["confirm"] == "retail-channel-criteria"
    assert by_name["retail-channel"]["services"][-1]["name"] == "other"


@pytest.mark.parametrize("found", [NEW + " ", None])
async def test_the_api_does_not_start_with_another_text_than_its_policy_means(
    folder: Path, tmp_path: Path, found: str | None
) -> None:
    for file in folder.rglob("*.*"):
        copy = tmp_path / file.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    text = tmp_path / "agreements/bazaar/access-2.md"
    text.unlink() if found is None else text.write_bytes(found.encode())
    settings = settings_for("postgresql+psycopg2://nowhere/none", "nowhere:1", policy_dir=tmp_path)
    with pytest.raises(SystemExit, match=r"^access-2.md, "):
        await open_office(settings)
