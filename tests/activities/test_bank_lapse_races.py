"""A remittance that came in time proves its account, also where the round is given up in the same moment."""

import pytest
from sqlalchemy import Engine

from models.bank import Issued, Matched, Unmatched
from tests.activities.checking import Checking
from tests.banking import remittance_terms


@pytest.fixture
def remitting(engine: Engine) -> Checking:
    remitting = Checking(engine, terms=remittance_terms())
    assert isinstance(remitting.issued(), Issued)
    return remitting


def test_a_lapse_voids_nothing_that_was_proven_a_moment_before(remitting: Checking) -> None:
    """The bank listed no entry when it was asked, and then its notice came: invariant 7."""
    assert isinstance(remitting.told(remitting.remits()), Matched)
    remitting.voided("lapsed")
    assert (remitting.row().verified_at is not None, remitting.row().voided_at) == (True, None)


def test_a_lapse_ends_what_was_not_proven(remitting: Checking) -> None:
    entry = remitting.remits()
    remitting.voided("lapsed")
    assert isinstance(remitting.told(entry), Unmatched)


@pytest.mark.parametrize("why", ["void", "account_given", "payment_returned", "cooperation_ended"])
def test_whatever_else_voids_it_voids_what_was_proven(remitting: Checking, why: str) -> None:
    assert isinstance(remitting.told(remitting.remits()), Matched)
    remitting.voided(why)
    assert remitting.row().voided_because == why
