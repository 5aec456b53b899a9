from tests.api.conftest import Api
from tests.bench import BUYER

ON_BEHALF = {"on_behalf_of": BUYER.model_dump(mode="json")}


async def test_an_order_lives_from_placing_to_confirmation(api: Api) -> None:
    placed = await api.place()
    assert placed.status_code == 201, placed.text
    order = placed.json()
    path = f"/v1/markets/rehearsal/template-orders/{order['id']}"
    assert order["stage"] == "unpaid"
    assert (await api.http.post(order["data"]["pay_url"], json={})).status_code == 200
    await api.until(path, lambda case: case["stage"] == "implementing")
    for role, event in (
        ("provider", {"event": "version_submitted", "version": "1.0.0"}),
        ("service", {"event": "version_approved"}),
        ("service", {"event": "accepted", **ON_BEHALF}),
    ):
        answer = await api.send(path, event, role)
        assert answer.status_code == 200, answer.text
    assert (answer.json()["stage"], answer.json()["outcome"]) == ("closed", "completed")
    timeline = (await api.call("GET", f"{path}/timeline")).json()
    assert [change["event"] for change in timeline["changes"]] == [
        "opened",
        "payment_opened",
        "paid",
        "version_submitted",
        "version_approved",
        "accepted",
    ]
