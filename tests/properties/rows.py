"""What a case writes of itself: a row for each thing that happened, in order."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.properties.papers import SYSTEM, Json, Row, Sent


class Rows:
    """`rows` are those that are due to be written, `writing` those on their way."""

    now: datetime
    stage: str | None
    version: int
    rows: list[Row]
    writing: list[Row]
    asks: set[str]

    def shows(self) -> Json:
        raise NotImplementedError

    def sends(self, rows: int) -> list[Row]:
        """So many rows have gone on their way to the record."""
        self.writing, self.rows = self.rows[:rows], self.rows[rows:]
        self.asks.add("record")
        return self.writing

    def tell(self, sent: Sent, *, internal: bool = False, **told: Any) -> None:
        data = {
            name: value
            for name, value in sent.body.items()
            if name not in ("event", "on_behalf_of", "seconds")
        }
        data |= {"occurred_at": sent.at.isoformat(), **told}
        self.note(sent.event, data, sent.actor, sent.key, sent.digest, internal=internal)

    def note(
        self,
        event: str,
        data: Json,
        actor: Json = SYSTEM,
        key: str | None = None,
        digest: str | None = None,
        *,
        internal: bool = False,
    ) -> None:
        self.version += 1
        before = self.stage
        row = Row(self.version, self.now, event, actor, key, digest, data, before, before or "", internal)
        self.rows.append(row)
        self.refresh()

    def post(self, key: str, what: str, **entries: int) -> None:
        """What the row that was added last means in money: each account, debit positive."""
        posted = {"key": key, "what": what, "entries": {name: fen for name, fen in entries.items() if fen}}
        self.rows[-1] = replace(self.rows[-1], posts=(*self.rows[-1].posts, posted))

    def refresh(self) -> None:
        """What was done last belongs to the row that was added last."""
        if self.rows:
            last = self.rows[-1]
            self.rows[-1] = replace(last, after=self.stage or "", shows=self.shows())
