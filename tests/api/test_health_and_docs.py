"""What anonymous may see: whether we live, whether we can work, and the docs. Figures are for operators."""

from models.processes import PROCESSES
from tests.api.caller import ORDERS, Api, Json, new_key, refusal
from tests.api.conftest import Quiet


async def test_who_lives_says_so_whatever_else_is_down(quiet: Quiet) -> None:
    answer = await quiet.get("/healthz", None)
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_who_can_work_says_so(api: Api) -> None:
    answer = await api.get("/readyz", None)
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "down": []})


async def test_who_cannot_work_names_what_is_down(quiet: Quiet) -> None:
    answer = await quiet.get("/readyz", None)
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "down": ["temporal", "worker"]})


async def figures(api: Api) -> set[str]:
    return set((await api.get("/metrics", "operator")).text.splitlines())


async def test_figures_are_counted_by_route_and_never_by_address(quiet: Quiet) -> None:
    id = f"o-{new_key()}"
    await quiet.get(f"{ORDERS}/{id}")
    await quiet.get(f"/{id}", None)
    text = "\n".join(await figures(quiet))
    route = 'method="GET",route="/v1/markets/{market}/template-orders/{id}",status="404"'
    assert f"api_requests_total{{{route}}}" in text
    assert 'route="unknown",status="404"' in text
    assert id not in text


async def test_a_method_that_a_caller_made_up_gets_no_figures_of_its_own(quiet: Quiet) -> None:
    for method in ("MADEUP", "PROPFIND"):
        await quiet.call(method, "/v1/cases")
    text = "\n".join(await figures(quiet))
    assert "MADEUP" not in text
    assert "PROPFIND" not in text
    assert 'method="other"' in text


async def test_the_docs_lead_to_the_description(api: Api) -> None:
    assert "/openapi.json" in (await api.get("/docs", None)).text


async def described(api: Api) -> Json:
    return dict((await api.get("/openapi.json", None)).json())


async def test_every_operation_has_a_summary_a_tag_and_its_refusals(api: Api) -> None:
    for path, operations in (await described(api))["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["tags"], (method, path)
            refusals = [
                r["content"]
                for status, r in operation["responses"].items()
                if status not in ("200", "201", "204")
            ]
            assert refusals, (method, path)
            assert all(list(content) == ["application/problem+json"] for content in refusals), (method, path)


async def test_every_process_lists_its_typed_events(api: Api) -> None:
    document = await described(api)
    for process in PROCESSES.values():
        post = document["paths"][f"/v1/markets/{{market}}/{process.name}/{{id}}/events"]["post"]
        schema = post["requestBody"]["content"]["application/json"]["schema"]
        assert {event.tag() for event in process.events} == schema["discriminator"]["mapping"].keys()
        for event, reference in schema["discriminator"]["mapping"].items():
            for fields in described_by(reference, document):
                assert fields["properties"]["event"]["const"] == event
                assert fields["additionalProperties"] is False


def described_by(reference: str, document: Json) -> list[Json]:
    """An event's fields; where one event is many decisions, those of each."""
    schemas = document["components"]["schemas"]
    fields = schemas[reference.rpartition("/")[2]]
    decisions = fields.get("discriminator", {}).get("mapping", {})
    return [schemas[each.rpartition("/")[2]] for each in decisions.values()] or [fields]


async def test_each_market_shows_its_policies_and_how_its_processes_move(api: Api) -> None:
    markets = {market["market"]: market for market in (await api.get("/v1/markets")).json()["markets"]}
    assert {"alipay", "rehearsal", "hurried"} <= markets.keys()
    assert markets["alipay"] == (await api.get("/v1/markets/alipay")).json()
    orders = markets["alipay"]["processes"]["template-orders"]
    periods = {"pay_within": "P3D", "implement_within": "P30D", "confirm_within": "P7D"}
    assert periods.items() <= orders["policy"]["terms"].items()
    assert orders["policy"]["terms"]["appeal"]["decide_within"] == {"working_days": 5}
    assert "AMP-ORD-19" in orders["policy"]["rules"]
    assert {
        "stage": "confirming",
        "task": "confirmation",
        "event": "accepted",
        "by": ["service"],
    }.items() <= next(row for row in orders["moves"] if row["event"] == "accepted").items()


async def test_a_market_is_shown_to_who_works_there(api: Api) -> None:
    here = api.speaking(market="alipay")
    assert [m["market"] for m in (await here.get("/v1/markets", "provider")).json()["markets"]] == ["alipay"]
    foreign, unknown = [await here.get(f"/v1/markets/{m}", "operator") for m in ("rehearsal", "nowhere")]
    assert refusal(foreign, 404, "not-found") == refusal(unknown, 404, "not-found")
