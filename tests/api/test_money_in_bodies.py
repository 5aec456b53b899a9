"""Money is a whole number of fen, written as one. Whatever else may pass for a number is refused."""

import json

import pytest

from tests.api.caller import ORDERS, Api, Json, finding
from tests.api.conftest import Quiet
from tests.bench import order_body

REFUSED = [
    *("true", "false", "null", '"9900"', '"1_000"', '"１００"', '"0x64"', '""', "[9900]", '{"fen": 9900}'),
    *(
        "1e2",
        "1E400",
        "1.0",
        "99.00",
        "-0",
        "-0.0",
        "-1",
        "1e-2",
        "0.1",
        "9" * 5_000,
        "9" * 4_000,
        str(10**15 + 1),
    ),
    *("NaN", "Infinity", "-Infinity", "１００", "1_000", "0100", "+1", "0x64", ".5", "1."),
]


async def priced(api: Api, amount: str) -> object:
    body = json.dumps(order_body()).replace('"price_fen": 9900', f'"price_fen": {amount}')
    headers = {"content-type": "application/json"}
    return await api.call("POST", ORDERS, content=body.encode(), headers=headers)


@pytest.mark.parametrize("amount", REFUSED, ids=lambda amount: amount[:12])
@pytest.mark.usefixtures("untouched")
async def test_what_is_no_amount_is_refused(quiet: Quiet, amount: str) -> None:
    found = finding(await priced(quiet, amount))  # type: ignore[arg-type]
    assert found["field"] in ("body", "template.price_fen")


@pytest.mark.parametrize("amount", ["0", "1", str(10**15)])
async def test_the_smallest_and_the_largest_amount_are_kept_to_the_fen(api: Api, amount: str) -> None:
    answer = await priced(api, amount)
    case: Json = answer.json()  # type: ignore[attr-defined]
    assert case["data"]["amount_fen"] == int(amount)
    assert json.dumps(case["data"]["amount_fen"]) == amount
