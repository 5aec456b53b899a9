from tests.api.caller import ACCEPTED, APPROVED, FREE, ON_BEHALF, SUBMITTED, Api


async def test_an_order_lives_from_placing_to_confirmation(api: Api) -> None:
    placed = await api.place()
    assert placed.status_code == 201, placed.text
    order = placed.json()
    path = f"/v1/markets/rehearsal/template-orders/{order['id']}"
    assert order["stage"] == "unpaid"
    await api.pay(path)
    await api.until(path, lambda case: case["stage"] == "implementing")
    case = await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"), (ACCEPTED, "service"))
    assert (case["stage"], case["outcome"]) == ("closed", "completed")
    assert [change["event"] for change in await api.timeline(path)] == [
        "opened",
        "payment_opened",
        "paid",
        "version_submitted",
        "version_approved",
        "accepted",
    ]


async def test_a_free_order_begins_without_payment(api: Api) -> None:
    case = (await api.place("alipay", template=FREE)).json()
    assert (case["stage"], [task["name"] for task in case["tasks"]]) == ("implementing", ["implementation"])
    assert "pay_url" not in case["data"]


async def test_a_cancelled_order_is_closed_once_its_payment_page_is(api: Api) -> None:
    path = await api.placed("alipay", template={**FREE, "price_fen": 9900})
    answer = (await api.send(path, {"event": "cancelled", **ON_BEHALF})).json()
    assert answer["stage"] == "closing_payment"
    case = await api.until(path, lambda case: case["closed_at"] is not None)
    assert (case["stage"], case["outcome"]) == ("closed", "cancelled")
    page = await api.http.post(case["data"]["pay_url"], json={})
    assert page.status_code == 409
