"""The figures of the business, read from the record when somebody asks for them."""

from collections import Counter
from collections.abc import Iterator

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import Engine, text
from sqlmodel import Session

from api.problems import UNAVAILABLE

log = structlog.get_logger()
WITHIN = text("SET LOCAL statement_timeout = '3s'")
"""Whoever scrapes gives up sooner than a statement does."""
OPEN = text("""
    SELECT market, process, stage, count(*) AS open,
           count(*) FILTER (WHERE cardinality(blocked_by) > 0) AS blocked,
           count(*) FILTER (WHERE due_at < now()) AS past_due
    FROM cases WHERE closed_at IS NULL GROUP BY market, process, stage
""")
NEVER_BEGUN = text("""
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(admitted_at)), 0)
    FROM admissions LEFT JOIN cases USING (case_id) WHERE admissions.open AND cases.case_id IS NULL
""")


class OnRecord(Collector):
    """What stands in the record now. Its labels are names of ours: no caller can add to them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def of(cls, engine: Engine) -> CollectorRegistry:
        registry = CollectorRegistry()
        registry.register(cls(engine))
        return registry

    def describe(self) -> list[Metric]:
        """Nothing, so that to register it asks nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Without the database: that it is away, and no figure that would be a guess."""
        readable = GaugeMetricFamily("record_readable", "Whether the figures of cases could be read")
        try:
            found = list(self._read())
        except UNAVAILABLE as error:
            log.warning("figures_unavailable", error=type(error).__name__)
            found = []
        readable.add_metric([], float(bool(found)))
        yield from (readable, *found)

    def _read(self) -> Iterator[Metric]:
        with Session(self._engine) as session:
            session.execute(WITHIN)
            rows = session.execute(OPEN).all()
            waiting_s = session.execute(NEVER_BEGUN).scalar_one()
        is_open = GaugeMetricFamily("cases_open", "Open cases", labels=["market", "process", "stage"])
        for row in rows:
            is_open.add_metric([row.market, row.process, row.stage], row.open)
        yield is_open
        for name, meaning in (
            ("blocked", "Open cases that wait for an operator because something refused"),
            ("past_due", "Open cases whose deadline has passed: where they stay, timers are late"),
        ):
            counted = Counter[tuple[str, str]]()
            for row in rows:
                counted[row.market, row.process] += getattr(row, name)
            family = GaugeMetricFamily(f"cases_{name}", meaning, labels=["market", "process"])
            for labels, number in counted.items():
                family.add_metric(list(labels), number)
            yield family
        yield GaugeMetricFamily(
            "admission_without_case_seconds",
            "Age of the oldest case that was let in and has not begun; 0 where there is none",
            value=float(waiting_s),
        )
