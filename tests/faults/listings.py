"""Faults of products and shops, as rows: each is what one invariant must notice."""

import json
from typing import Any

CASE = """
INSERT INTO cases (case_id, process, market, id, provider_id, stage, version, run_id, opened_at, changed_at,
                   waiting_on, blocked_by, view)
VALUES ('{process}:m:{id}', '{process}', 'm', '{id}', 'isv', '{stage}', {version}, 'r', now(), now(),
        '{{}}', '{{}}', '{view}')
"""
CHANGE = """
INSERT INTO case_changes
    (case_id, version, run_id, at, event, actor, data, stage_before, stage_after, hash, answer, internal)
VALUES ('product-reviews:m:p', {version}, 'r', now(), '{event}', '{{}}', '{data}', {before}, '{stage}', 'h',
        '{{}}', {internal})
"""


def listing(stage: str = "draft", *, shop: str | None = None, version: int = 0, **data: Any) -> str:
    return CASE.format(
        process="shop-reviews" if shop else "product-reviews",
        id=shop or "p",
        stage=stage,
        version=version,
        view=json.dumps({"data": data}),
    )


def changes(*happened: tuple[str, dict[str, Any]], stage: str = "draft", internal: bool = False) -> list[str]:
    """Rows that leave the case where it is."""
    return [
        CHANGE.format(
            version=version,
            event=event,
            data=json.dumps(data),
            before=f"'{stage}'" if version > 1 else "NULL",
            stage=stage,
            internal=internal,
        )
        for version, (event, data) in enumerate(happened, 1)
    ]


def saved(version: int) -> tuple[str, dict[str, Any]]:
    return "draft_saved", {"content": {}, "version": version}


APPROVED = ("decided", {"decision": "approve", "version": 1, "round": 1})
REJECTED = ("decided", {"decision": "reject", "version": 1, "round": 1})
AGREED = ("approved", {"decided": {"decision": "approve"}, "version": 1, "round": 1})
BY_CHECKS = ("approved_by_checks", {"version": 1, "round": 1})
LAPSED = ("notice_overdue", {"lane": "rectification", "stage_before": "noticed", "stage_after": "lapsed"})
LIFTED = ("decided", {"decision": "lift"})
NOTICE: dict[str, Any] = {"rectification": {"stage": "lapsed", "by_system": False}}
FAULTS = {
    "WHAT_IS_ON_SALE_WAS_APPROVED_IN_THAT_VERSION": [
        listing("listed", live_version=2),
        *changes(APPROVED, stage="listed"),
    ],
    "CONTENTS_ARE_NUMBERED_WITHOUT_GAPS": [listing(), *changes(saved(1), saved(3))],
    "NO_ROUND_IS_DECIDED_TWICE": [listing(), *changes(APPROVED, REJECTED)],
    "A_PROVIDER_HAS_ONE_SHOP_AT_A_TIME": [listing(shop="s"), listing(shop="t")],
    "WHAT_WAS_NOT_MENDED_IN_TIME_IS_NOT_ON_SALE": [
        listing("listed", live_version=1, **NOTICE),
        *changes(APPROVED, LIFTED, LAPSED, stage="listed"),
    ],
    "WHAT_IS_DELISTED_SAYS_BY_WHAT": [listing("delisted", delisted_by=None)],
}
ALSO: dict[str, tuple[str, list[str]]] = {
    "never approved": (
        "WHAT_IS_ON_SALE_WAS_APPROVED_IN_THAT_VERSION",
        [listing("hidden"), *changes(APPROVED, stage="hidden")],
    ),
    "turned down": (
        "WHAT_IS_ON_SALE_WAS_APPROVED_IN_THAT_VERSION",
        [listing("listed", live_version=1), *changes(REJECTED, stage="listed")],
    ),
    "not agreed to": (
        "WHAT_IS_ON_SALE_WAS_APPROVED_IN_THAT_VERSION",
        [listing("listed", live_version=1), *changes(APPROVED, stage="listed", internal=True)],
    ),
    "a number used twice": ("CONTENTS_ARE_NUMBERED_WITHOUT_GAPS", [listing(), *changes(saved(2), saved(2))]),
    "agreed to twice": ("NO_ROUND_IS_DECIDED_TWICE", [listing(), *changes(AGREED, AGREED)]),
    "decided before checks were": ("NO_ROUND_IS_DECIDED_TWICE", [listing(), *changes(REJECTED, BY_CHECKS)]),
    "on sale, and delisted": ("WHAT_IS_DELISTED_SAYS_BY_WHAT", [listing("draft", delisted_by="content")]),
}
SOUND = [
    listing("listed", version=6, live_version=2, delisted_by=None, **NOTICE),
    *changes(
        saved(1),
        saved(2),
        REJECTED,
        ("approved", {"decided": {"decision": "approve"}, "version": 2, "round": 2}),
        LAPSED,
        LIFTED,
        stage="listed",
    ),
    listing("delisted", shop="s", delisted_by="standing"),
]
