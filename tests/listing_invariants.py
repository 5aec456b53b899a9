"""What must never be seen of products and shops: read from PostgreSQL alone."""

listings = """
WITH listings AS (
    SELECT cases.*, view->'data' AS data, view->'data'->'rectification' AS notice
    FROM cases WHERE process IN ('product-reviews', 'shop-reviews')
), rounds AS (
    SELECT case_changes.*, case_changes.data->>'round' AS round, case_changes.data->>'version' AS about,
        event = 'approved_by_checks'
        OR coalesce(case_changes.data->'decided', case_changes.data)->>'decision' = 'approve' AS agreed
    FROM case_changes JOIN listings USING (case_id)
    WHERE event IN ('checks_failed', 'approved_by_checks') OR event = 'approved' AND NOT internal
        OR event = 'decided' AND NOT internal AND case_changes.data->>'decision' IN ('approve', 'reject')
)
"""
WHAT_IS_ON_SALE_WAS_APPROVED_IN_THAT_VERSION = f"""{listings}
SELECT case_id FROM listings WHERE stage IN ('listed', 'hidden') AND NOT EXISTS (
    SELECT FROM rounds WHERE rounds.case_id = listings.case_id AND agreed
    AND about = listings.data->>'live_version')
"""
CONTENTS_ARE_NUMBERED_WITHOUT_GAPS = f"""{listings}
SELECT case_id FROM listings JOIN case_changes changes USING (case_id) WHERE changes.data ? 'content'
GROUP BY case_id HAVING max((changes.data->>'version')::int) <> count(*)
    OR count(DISTINCT changes.data->>'version') <> count(*)
"""
NO_ROUND_IS_DECIDED_TWICE = f"""{listings}
SELECT min(case_id) FROM rounds GROUP BY case_id, round HAVING count(*) > 1
"""
A_PROVIDER_HAS_ONE_SHOP_AT_A_TIME = f"""{listings}
SELECT min(case_id) FROM listings WHERE process = 'shop-reviews' AND closed_at IS NULL
GROUP BY market, provider_id HAVING count(*) > 1
"""
WHAT_WAS_NOT_MENDED_IN_TIME_IS_NOT_ON_SALE = f"""{listings}
SELECT case_id FROM listings WHERE stage IN ('listed', 'hidden') AND notice->>'stage' = 'lapsed'
AND notice->>'by_system' = 'false' AND NOT EXISTS (
    SELECT FROM case_changes lifted WHERE lifted.case_id = listings.case_id
    AND event = 'decided' AND lifted.data->>'decision' = 'lift' AND lifted.version > (
        SELECT max(lapsed.version) FROM case_changes lapsed WHERE lapsed.case_id = listings.case_id
        AND lapsed.data->>'lane' = 'rectification' AND lapsed.data->>'stage_after' = 'lapsed'))
"""
WHAT_IS_DELISTED_SAYS_BY_WHAT = f"""{listings}
SELECT case_id FROM listings WHERE (stage = 'delisted') <> (data->>'delisted_by' IS NOT NULL)
AND closed_at IS NULL
"""
INVARIANTS = {name: sql for name, sql in globals().items() if name.isupper()}
