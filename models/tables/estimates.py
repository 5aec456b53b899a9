"""How long steps of reviews took, measured in PostgreSQL from the changes of their cases."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from models.estimates import MEASURED_FOR, ReviewStep, Times

MEASURED = text("""
    WITH recent AS (
        SELECT case_id FROM cases WHERE market = :market AND process = :process AND changed_at >= :since
    ), moves AS (
        SELECT case_id, version, at, 'revision' AS story,
               CASE WHEN event = 'submitted' THEN 'checking'
                    WHEN coalesce(data #>> '{act,event}', event) = 'expedited' THEN 'expedited'
                    ELSE data ->> 'stage_after' END AS stage
        FROM recent CROSS JOIN LATERAL (
            SELECT version, at, event, data, stage_before, stage_after
            FROM case_changes WHERE case_changes.case_id = recent.case_id OFFSET 0
        ) AS its
        WHERE CASE event WHEN 'submitted' THEN true WHEN 'draft_saved' THEN false
                         ELSE data ->> 'lane' = 'revision'
                              AND (data ->> 'stage_before' IS DISTINCT FROM data ->> 'stage_after'
                                   OR coalesce(data #>> '{act,event}', event) = 'expedited') END
        UNION ALL
        SELECT case_id, version, at, 'own',
               CASE WHEN stage_before IN ('listed', 'hidden') THEN 'was ' ELSE '' END || stage_after
        FROM recent CROSS JOIN LATERAL (
            SELECT version, at, event, data, stage_before, stage_after
            FROM case_changes WHERE case_changes.case_id = recent.case_id OFFSET 0
        ) AS its WHERE stage_before IS DISTINCT FROM stage_after
    ), spells AS (
        SELECT story, stage, lead(stage) OVER later AS next, at AS since, lead(at) OVER later AS until
        FROM moves WINDOW later AS (PARTITION BY case_id, story ORDER BY version)
    ), steps AS (
        SELECT CASE WHEN story = 'own' THEN 'listing' WHEN stage = 'returned' THEN 'correcting' ELSE stage END
               AS step, extract(epoch FROM until - since) AS took_s
        FROM spells
        WHERE until >= :since AND (story, stage, next) IN (
            ('revision', 'checking', 'returned'), ('revision', 'checking', 'reviewing'),
            ('revision', 'checking', 'accepted'),
            ('revision', 'reviewing', 'returned'), ('revision', 'reviewing', 'accepted'),
            ('revision', 'expedited', 'returned'), ('revision', 'expedited', 'accepted'),
            ('revision', 'returned', 'checking'),
            ('own', 'approved', 'listed'))
    )
    SELECT step, count(*) AS n, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY took_s) AS took_s
    FROM steps GROUP BY step
""")
"""Each step counts from when its stage was entered until it was left for what ends it: what its provider took
back counts nowhere, nor what it took off sale. What comes with a content is known by its name: such rows are
large, and are not opened. `OFFSET 0` keeps it to the rows of those cases, however many others there are."""
ENTERED = text("""
    SELECT stage, max(at) AS at FROM (
        SELECT at, CASE WHEN event = 'submitted' THEN 'checking'
                        WHEN coalesce(data #>> '{act,event}', event) = 'expedited' THEN 'expedited'
                        ELSE data ->> 'stage_after' END AS stage
        FROM case_changes WHERE case_id = :case_id
          AND CASE event WHEN 'submitted' THEN true WHEN 'draft_saved' THEN false
                         ELSE data ->> 'lane' = 'revision'
                              AND (data ->> 'stage_before' IS DISTINCT FROM data ->> 'stage_after'
                                   OR coalesce(data #>> '{act,event}', event) = 'expedited') END
        UNION ALL
        SELECT at, stage_after FROM case_changes
        WHERE case_id = :case_id AND stage_before IS DISTINCT FROM stage_after
    ) AS moves GROUP BY stage
""")


def times_of(session: Session, market: str, process: str, at: datetime) -> dict[ReviewStep, Times]:
    """By step, what was measured of those that ended in the last days before `at`."""
    asked = {"market": market, "process": process, "since": at - MEASURED_FOR}
    return {
        ReviewStep(step): Times(n=n, median=_seconds(median), p90=_seconds(p90))
        for step, n, (median, p90) in session.execute(MEASURED, asked)
    }


def entered_at(session: Session, case_id: str) -> dict[str, datetime]:
    """When a case, or its next version, last came to each stage; and when it was last expedited."""
    return {row.stage: row.at for row in session.execute(ENTERED, {"case_id": case_id})}


def _seconds(took_s: float) -> timedelta:
    return timedelta(seconds=round(took_s))
