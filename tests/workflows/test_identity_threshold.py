"""A market that asks its providers for nothing but who they are, and what follows (S88-ID)."""

import random
import string

import pytest
from sqlmodel import Session

from models.deposits import Block
from models.tables.selling import selling_of
from tests.bench import Bench
from tests.onboardings import Onboarding
from tests.rules.made_up import unified_code

MARKET = "service-1688"
ENTERPRISE, SOLE_TRADER = "91", "92"
"""How their licence numbers begin."""


async def barred(bench: Bench, onboarding: Onboarding) -> dict[Block, tuple[str, ...]]:
    with Session(bench.engine) as session:
        policy = bench.admissions.policies[MARKET]
        selling = selling_of(session, policy, onboarding.applicant.provider_id, await bench.now())
    return {block: why for block, why in selling.blocked_by.items() if why}


@pytest.mark.parametrize("kind", [ENTERPRISE, SOLE_TRADER])
async def test_who_passes_the_check_of_its_identity_sells(bench: Bench, kind: str) -> None:
    """S88-ID-03, -04: an enterprise, or an individually-owned business."""
    body = "MA" + "".join(random.choices(string.digits, k=6))
    onboarding = await Onboarding.begun(bench, MARKET, licence_number=unified_code(kind, body=body))
    missing = ("not-onboarded",)
    assert await barred(bench, onboarding) == {
        Block.LISTING: missing,
        Block.WITHDRAWAL: missing,
        Block.CONNECTING: missing,
    }
    await onboarding.says(onboarding.applicant.identity())
    assert await onboarding.case.ends() == "onboarded"
    assert await barred(bench, onboarding) == {}
