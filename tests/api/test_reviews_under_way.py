"""What is read of a product while its workflow really runs."""

from typing import Any

from tests.api.caller import Api, Json, new_key
from tests.api.reviews import content
from tests.pictures import png

REASONS = [{"field": "basic.title", "code": "misleading", "said": "nobody can prove it"}]


async def ordinary(api: Api, **basic: Any) -> Json:
    """A product in which nothing is wrong in this market, and that has no links."""
    files = {"file": ("p.png", png(size=(400, 300)), "image/png")}
    fields = {"market": "alipay", "kind": "product_picture", "provider_id": "isv-1"}
    answer = await api.call("POST", "/v1/documents", data=fields, files=files)
    assert answer.status_code in (200, 201), answer.text
    picture = {"kind": "product_picture", "document_id": answer.json()["document_id"]}
    said = content(category=None, industries=[], links=[], pictures=[{"document": picture}], **basic)
    said["access"] = {"template": "industry", "instructions": "Sign in."}
    said["business"] = {**said["business"], "qualifications": []}
    return said


async def test_what_a_workflow_writes_is_what_is_read(api: Api) -> None:
    body = {"id": f"p-{new_key()}", "provider_id": "isv-1"}
    answer = await api.call("POST", "/v1/markets/alipay/product-reviews", json=body)
    assert answer.status_code == 201, answer.text
    path = f"/v1/markets/alipay/product-reviews/{body['id']}"

    async def reads(what: str, role: str = "operator", **params: Any) -> Json:
        answer = await api.get(f"{path}/{what}", role, **params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def statuses(role: str = "operator") -> list[tuple[int, str]]:
        return [(each["version"], each["status"]) for each in (await reads("versions", role))["versions"]]

    async def stands(stage: str) -> Json:
        return await api.until(path, lambda case: case["data"]["revision"]["stage"] == stage)

    async def decides(event: Json) -> None:
        case = await api.case(path, "operator")
        answer = await api.rule(path, {"event": "decided", **event}, case["version"])
        assert answer.status_code == 200, answer.text

    # A draft is its provider's alone, and what is tried is what is found.
    bad = await ordinary(api, title="online casino")
    await api.moved(path, ({"event": "draft_saved", "content": bad}, "provider"))
    assert (await statuses(), await statuses("provider")) == ([], [(1, "draft")])
    (tried,) = (await api.call("POST", f"{path}/dry-run", "provider", json={"content": bad})).json()["findings"]
    await api.moved(path, ({"event": "submitted"}, "provider"))
    case = await stands("returned")
    assert case["data"]["revision"]["findings"] == [tried]
    assert await statuses() == [(1, "checks_failed")]
    # Rejected, taken back, handed in again as it is, and approved.
    await api.moved(path, ({"event": "submitted", "content": await ordinary(api, title="Best")}, "provider"))
    await stands("reviewing")
    await decides({"decision": "reject", "reasons": REASONS})
    submitted = {"event": "submitted", "content": await ordinary(api, title="Shop")}
    await api.moved(path, (submitted, "provider"))
    await stands("reviewing")
    await api.moved(path, ({"event": "submission_withdrawn"}, "provider"))
    assert await statuses() == [(3, "withdrawn"), (2, "rejected"), (1, "checks_failed")]
    await api.moved(path, ({"event": "submitted"}, "provider"))
    await stands("reviewing")
    await decides({"decision": "approve"})
    await api.until(path, lambda case: case["stage"] == "approved")
    await api.moved(path, ({"event": "listed"}, "provider"))
    assert await statuses("service") == [(3, "live"), (2, "rejected"), (1, "checks_failed")]
    newest, rejected, _ = (await reads("versions"))["versions"]
    assert [each["round"] for each in newest["rounds"]] == [3, 4]
    assert [each["number"] for each in rejected["reasons"]] == ["2.1"]
    # The next version is compared with what is on sale, and goes first.
    await api.moved(path, ({"event": "submitted", "content": await ordinary(api, title="Mall")}, "provider"))
    await stands("reviewing")
    await api.moved(path, ({"event": "expedited"}, "provider"))
    found = await reads("difference")
    assert [(each["before"], each["after"]) for each in found["changes"]] == [("Shop", "Mall")]
    steps = {each["step"]: each["state"] for each in (await reads("estimate"))["steps"]}
    assert steps == {"checking": "done", "expedited": "now", "listing": "done"}
    assert "Mall" in (await api.get(f"{path}/difference", "operator", format="html")).text
    await decides({"decision": "approve"})
    await stands("accepted")
    await api.until(path, lambda case: case["data"]["live_version"] == 4)
    assert (await statuses())[:2] == [(4, "live"), (3, "superseded")]
    estimates = (await api.get(f"{path.rpartition('/')[0]}/estimates")).json()["steps"]
    counted = {each["step"]: each["n"] for each in estimates}
    assert counted["reviewing"] >= 2
    assert {counted[step] >= 1 for step in ("expedited", "checking", "correcting", "listing")} == {True}
    await api.moved(path, ({"event": "retired"}, "provider"))
