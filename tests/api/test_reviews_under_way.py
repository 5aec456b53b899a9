"""What is read of a product while its workflow really runs."""

import asyncio
from dataclasses import dataclass
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


@dataclass
class Product:
    """A product whose workflow runs."""

    api: Api
    path: str

    @classmethod
    async def begun(cls, api: Api) -> "Product":
        body = {"id": f"p-{new_key()}", "provider_id": "isv-1"}
        answer = await api.call("POST", "/v1/markets/alipay/product-reviews", json=body)
        assert answer.status_code == 201, answer.text
        return cls(api, f"/v1/markets/alipay/product-reviews/{body['id']}")

    async def reads(self, what: str, role: str = "operator") -> Json:
        answer = await self.api.get(f"{self.path}/{what}", role)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def statuses(self, role: str = "operator") -> list[tuple[int, str]]:
        found = (await self.reads("versions", role))["versions"]
        return [(each["version"], each["status"]) for each in found]

    async def says(self, event: str, **said: Any) -> None:
        await self.api.moved(self.path, ({"event": event, **said}, "provider"))

    async def submits(self, stage: str = "reviewing", **said: Any) -> Json:
        """And waits for what the checks come to."""
        await self.says("submitted", **said)
        return await self.api.until(self.path, lambda case: case["data"]["revision"]["stage"] == stage)

    async def decides(self, decision: str, **said: Any) -> None:
        """Looks again as long as the case is still changing: its deadline is planned in these moments."""
        event = {"event": "decided", "decision": decision, **said}
        async with asyncio.timeout(60):
            version = (await self.api.case(self.path, "operator"))["version"]
            while (answer := await self.api.rule(self.path, event, version)).status_code == 412:
                version = (await self.api.case(self.path, "operator"))["version"]
        assert answer.status_code == 200, answer.text

    async def goes_on_sale(self, live: int) -> None:
        await self.decides("approve")
        case = await self.api.until(self.path, lambda case: case["data"]["live_version"] == live)
        if case["stage"] == "approved":
            await self.says("listed")


async def test_what_became_of_versions_is_read_as_the_workflow_wrote_it(api: Api) -> None:
    """A draft is its provider's alone, and what is tried is what is found."""
    product, bad = await Product.begun(api), await ordinary(api, title="online casino")
    await product.says("draft_saved", content=bad)
    assert (await product.statuses(), await product.statuses("provider")) == ([], [(1, "draft")])
    answer = await api.call("POST", f"{product.path}/dry-run", "provider", json={"content": bad})
    case = await product.submits("returned")
    assert case["data"]["revision"]["findings"] == answer.json()["findings"] != []
    await product.submits(content=await ordinary(api, title="Best"))
    await product.decides("reject", reasons=REASONS)
    await product.submits(content=await ordinary(api, title="Shop"))
    await product.says("submission_withdrawn")
    assert await product.statuses() == [(3, "withdrawn"), (2, "rejected"), (1, "checks_failed")]
    await product.submits()
    await product.goes_on_sale(3)
    assert await product.statuses("service") == [(3, "live"), (2, "rejected"), (1, "checks_failed")]
    newest, rejected, _ = (await product.reads("versions"))["versions"]
    assert [each["round"] for each in newest["rounds"]] == [3, 4]
    assert [each["number"] for each in rejected["reasons"]] == ["2.1"]
    await product.says("retired")


async def test_the_next_version_is_compared_with_what_is_on_sale(api: Api) -> None:
    product = await Product.begun(api)
    await product.submits(content=await ordinary(api, title="Shop"))
    await product.goes_on_sale(1)
    await product.submits(content=await ordinary(api, title="Mall"))
    await product.says("expedited")
    found = await product.reads("difference")
    assert [(each["before"], each["after"]) for each in found["changes"]] == [("Shop", "Mall")]
    page = await api.get(f"{product.path}/difference", "operator", format="html")
    assert "已加急 expedited" in page.text
    steps = {each["step"]: each["state"] for each in (await product.reads("estimate"))["steps"]}
    assert steps == {"checking": "done", "expedited": "now", "listing": "done"}
    await product.goes_on_sale(2)
    assert await product.statuses() == [(2, "live"), (1, "superseded")]
    estimates = (await api.get("/v1/markets/alipay/product-reviews/estimates")).json()["steps"]
    counted = {each["step"] for each in estimates if each["n"]}
    assert {"checking", "reviewing", "expedited", "listing"} <= counted
    await product.says("retired")
