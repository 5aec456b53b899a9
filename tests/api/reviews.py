"""Products and shops with a history, put on record as their workflows write it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from activities.records import Records
from models.cases import SYSTEM, Actor, Batch, CaseView, Change
from models.catalogues import Catalogue
from models.listing_process import PRODUCT_REVIEWS
from models.policies import ListingPolicy, MarketPolicy
from models.tables import AdmissionRow
from tests.api.caller import Api, Json, new_key
from tests.api.conftest import Quiet
from tests.listing_contents import PRODUCT, SHOP, terms

MARKET = "rehearsal"
AT = datetime.now(UTC) - timedelta(days=30)
OPERATOR = Actor(role="operator", subject="operator-9")
STAFF = Actor(role="provider", subject="isv-staff")
LONG = "A gate between your network and the rest.\n\nIt is set up in two days. 两天内部署完成。"
FINDING: Json = {"field": "basic.links.0", "code": "not-allowed", "rule": "ALI-RECT-05", "detail": "no host"}
FLAG: Json = {"field": "basic.summary", "code": "similar", "rule": "S88-POL-05", "detail": "a person judges"}


def content(**basic: Any) -> Json:
    return {**PRODUCT, "kind": "product", "basic": {**PRODUCT["basic"], **basic}}


def shop_content(**changes: Any) -> Json:
    return {**SHOP, "kind": "shop", "best_sellers": [], **changes}


@contextmanager
def market_of_its_own(quiet: Quiet, catalogue: Catalogue | None = None, **changes: Any) -> Iterator[str]:
    """A market that reviews products by the terms of tests, and shops; and does nothing else."""
    assert quiet.office is not None
    policies = quiet.office.admissions.policies
    market, told = f"m-{new_key()}", {"market": "", "title": "M", "title_zh": "市"}
    facts = {
        "version": "1",
        "effective_from": AT - timedelta(days=900),
        "source": "tests",
        "rules": ("AMB-01",),
    }
    reviews = {
        f"{kind}-reviews": (ListingPolicy.model_validate({**facts, "terms": terms(kind, **changes)}),)
        for kind in ("product", "shop")
    }
    known = {"categories": policies["rehearsal"].categories, "catalogue": catalogue or Catalogue()}
    policies[market] = MarketPolicy.model_validate({**told, "market": market, **known, **reviews})
    yield market
    del policies[market]


class Review:
    """A product, or shop, whose changes tests put on record, an hour apart unless they say otherwise."""

    def __init__(self, api: Api, process: str = PRODUCT_REVIEWS.name, **how: Any) -> None:
        self.api, self.process = api, process
        self.market, self.provider_id = how.get("market", MARKET), how.get("provider_id", "isv-1")
        self.id = how.get("id") or f"p-{new_key()}"
        self.at = how.get("at", AT)
        self.stage = "draft"
        self.data: Json = {"live_version": None, "blocked_by": [], "title": None}
        self.revision: Json = {"stage": "drafting"}
        self.version = self.handed_in = self.round = 0
        self.tasks: tuple[Any, ...] = ()
        self.rows: list[Change] = []
        self._row("opened", SYSTEM, {}, None, "draft")

    @property
    def path(self) -> str:
        return f"/v1/markets/{self.market}/{self.process}/{self.id}"

    @property
    def case_id(self) -> str:
        return f"{self.process}:{self.market}:{self.id}"

    def let_in(self, **changes: Any) -> "Review":
        """By these terms, whatever its market says by now."""
        row = AdmissionRow(
            case_id=self.case_id,
            workflow=PRODUCT_REVIEWS.workflow,
            market=self.market,
            process=self.process,
            provider_id=self.provider_id,
            digest="-",
            input={"terms": terms(**changes).model_dump(mode="json"), "kind": "product"},
            private=None,
            admitted_at=datetime.now(UTC),
        )
        with Session(self.api.engine) as session, session.begin():
            session.add(row)
        return self

    # --- what happens

    def saves(self, said: Json | None = None) -> "Review":
        to = "returned" if self.revision["stage"] == "returned" else "drafting"
        self.handed_in += 1
        told = {"content": said or content(), "version": self.handed_in}
        return self.revises("draft_saved", to, told, STAFF)

    def submits(self, said: Json | None = None, **told: Any) -> "Review":
        """A content that comes along, or what was handed in last."""
        self.handed_in += said is not None
        self.round += 1
        told = {"version": self.handed_in, "list_when_approved": False} | told
        if said is not None:
            told["content"] = said
        return self.revises("submitted", "checking", told, STAFF)

    def passes(self, *flags: Json, **told: Any) -> "Review":
        asked = {"criteria": [], "confirm": []} | told
        return self.revises("checks_passed", "reviewing", self._which | {"flags": [*flags], **asked})

    def fails(self, *findings: Json) -> "Review":
        told = self._which | {"findings": [*findings], "flags": []}
        return self.revises("checks_failed", "returned", told)

    def is_rejected(self, said: str = "not so", **how: Any) -> "Review":
        reason = {"field": "basic.title", "code": "misleading", "said": said}
        numbered = [{"number": f"{self.round}.1", **reason}]
        told = {"decision": "reject", "reason": "see below", "reasons": [reason], "numbered": numbered}
        return self.revises("decided", "returned", self._which | told, OPERATOR, **how)

    def is_approved(self, *, by_checks: bool = False, agreed: bool = False, **how: Any) -> "Review":
        told: Json = {"decision": "approve", "reason": "in order", "confirmed": []}
        event, actor = "decided", OPERATOR
        if by_checks:
            event, actor, told = "approved_by_checks", SYSTEM, {"flags": []}
        if agreed:
            event, told = "approved", {"reason": "agreed", "decided": {"event": "decided", **told}}
        self.revises(event, "accepted", self._which | told, actor, **how)
        self.data["live_version"] = self.handed_in
        first = self.stage in ("draft", "delisted")
        return self.moves(
            "version_approved" if first else "version_live", "approved" if first else self.stage
        )

    def withdraws(self) -> "Review":
        return self.revises("submission_withdrawn", "drafting", {}, STAFF)

    def asks_to_go_first(self, **how: Any) -> "Review":
        self.revision["expedited"] = True
        return self.revises("expedited", "reviewing", self._which, STAFF, **how)

    def revises(
        self, event: str, to: str, told: Json, actor: Actor = SYSTEM, *, after: timedelta = timedelta(hours=1)
    ) -> "Review":
        before, self.revision["stage"] = self.revision["stage"], to
        lane = {"lane": "revision", "stage_before": before, "stage_after": to}
        facts = ("version", "round", "findings", "flags", "criteria", "confirm")
        self.revision |= {name: told[name] for name in facts if name in told}
        return self._row(event, actor, told | lane, self.stage, self.stage, after)

    def moves(self, event: str, to: str, *, after: timedelta = timedelta()) -> "Review":
        before, self.stage = self.stage, to
        return self._row(event, SYSTEM, {}, before, to, after)

    # --- and is read

    def kept(self) -> "Review":
        """Put on record what happened since this was done last."""
        over = {"outcome": "retired", "closed_at": self.at} if self.stage == "closed" else {}
        view = CaseView(
            case_id=self.case_id,
            process=self.process,
            market=self.market,
            id=self.id,
            provider_id=self.provider_id,
            stage=self.stage,
            version=self.version,
            opened_at=self.at,
            changed_at=self.at,
            policy_version="1",
            data=self.data | {"revision": dict(self.revision)},
            tasks=self.tasks,
            **over,
        )
        Records(self.api.engine).record(Batch(run_id="a-run", changes=tuple(self.rows), view=view))
        self.rows = []
        return self

    async def reads(self, what: str, role: str = "operator", /, **params: Any) -> Json:
        answer = await self.asked(what, role, **params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def asked(self, what: str, role: str = "operator", /, **params: Any) -> Any:
        claims = {"provider_id": self.provider_id} if role == "provider" else {}
        return await self.api.speaking(**claims).get(f"{self.path}/{what}", role, **params)

    @property
    def _which(self) -> Json:
        return {"version": self.handed_in, "round": self.round}

    def _row(
        self,
        event: str,
        actor: Actor,
        data: Json,
        before: str | None,
        to: str,
        after: timedelta = timedelta(),
    ) -> "Review":
        self.version, self.at = self.version + 1, self.at + after
        self.rows.append(
            Change(
                version=self.version,
                at=self.at,
                event=event,
                actor=actor,
                data=data,
                stage_before=before,
                stage_after=to,
            )
        )
        return self
