from datetime import UTC, datetime, timedelta
from sqlalchemy import text
from tests.api.reviews import *
from models.tables.estimates import MEASURED, ENTERED
import time
async def test_explain(quiet):
    with market_of_its_own(quiet) as market:
        for n in range(400):
            r = Review(quiet, market=market, at=datetime.now(UTC)-timedelta(days=n % 200))
            r.submits(content()).fails(FINDING).saves(content()).submits().passes().is_rejected().submits(content()).passes().is_approved().moves("listed","listed").kept()
        with quiet.engine.begin() as c:
            c.execute(text("""insert into case_changes (case_id, version, run_id, at, event, actor, data, stage_before, stage_after, hash, answer)
              select 'template-orders:alipay:o-' || (n/10), n%10, 'r', now(), 'paid', '{}'::jsonb, '{"a":1}'::jsonb, 'unpaid','implementing','h','{}'::jsonb from generate_series(1,300000) n"""))
        with quiet.engine.connect() as c:
            c.execute(text("analyze"))
            print(c.execute(text("select count(*) from case_changes")).scalar_one())
            now=datetime.now(UTC)
            for row in c.execute(text("explain (analyze, buffers) "+MEASURED.text), {"market":market,"process":"product-reviews","since":now-timedelta(days=90)}):
                if "Scan" in row[0] or "Time" in row[0] or "Loop" in row[0] or "Join" in row[0]: print(row[0])
            print(c.execute(MEASURED, {"market":market,"process":"product-reviews","since":now-timedelta(days=90)}).all())
