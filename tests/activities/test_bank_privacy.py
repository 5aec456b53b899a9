"""What PostgreSQL holds of a bank check, for whoever reads it without the key."""

import re

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from tests.activities.checking import Checking
from tests.banking import COMPANY, account, check_terms, new_number, remittance_terms


def test_amounts_and_accounts_stand_in_clear_in_no_table_of_ours(own_engine: Engine) -> None:
    """A canary in every field that is personal, then looked for in whatever PostgreSQL holds."""
    canary = "金丝雀"
    controller = {"name": canary, "document": {"type": "passport", "number": "E98765432"}}
    details = account(
        number=new_number(),
        branch=canary,
        controller_is_legal_representative=False,
        controller=controller,
    )
    terms = check_terms(proof="amount_and_code", lowest_fen=7313, highest_fen=7412)
    paying = Checking(own_engine, account=details, terms=terms).paid()
    right = paying.right()
    paying.looked_at()
    paying.guessed(right.model_copy(update={"amounts_fen": (right.amounts_fen[0] ^ 1,)}))
    paying.guessed(right)
    (line,) = paying.bank.statement(details.number)
    paying.told(paying.bank.return_payout(line.reference))
    other = account(number=new_number(), branch=canary)
    asks = remittance_terms(lowest_fen=7313, highest_fen=7412)
    remitting = Checking(own_engine, account=other, terms=asks)
    remitting.issued()
    remitting.told(remitting.remits(amount_fen=7312))
    remitting.told(remitting.remits())
    assert remitting.row().verified_at is not None
    secrets = {details.number, other.number, canary, "E98765432", right.code, str(right.amounts_fen[0])}
    secrets |= {"7312"}
    with own_engine.connect() as connection:
        for table in SQLModel.metadata.tables:
            if not table.startswith("simulated_"):
                rows = "\n".join(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())
                held = {each for each in secrets if each and _stands(each, rows)}
                assert not held, table
        (books,) = connection.execute(
            text("SELECT string_agg(t::text, '\n') FROM simulated_bank_transfers t")
        ).scalars()
    assert _stands(str(right.amounts_fen[0]), books)
    assert details.number not in books
    assert COMPANY in books


def _stands(secret: str, rows: str) -> bool:
    """As it is, or in hexadecimal as PostgreSQL shows bytes. A short number stands alone."""
    alone = rf"(?<![0-9a-f.]){secret}(?![0-9a-f])" if len(secret) <= 6 and secret.isdigit() else secret
    return re.search(alone, rows) is not None or secret.encode().hex() in rows


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        ("(7313,x)", True),
        ('{"amount_fen": 7313}', True),
        ("73.13 and ab7313cd and 10:00:00.7313", False),
        ("(73131)", False),
        (r"(\x0037333133ff)", True),
    ],
)
def test_an_amount_would_be_found(rows: str, stands: bool) -> None:
    assert _stands("7313", rows) is stands
