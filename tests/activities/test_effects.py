"""One distinct effect on the outside world for each business step, however often it is asked for."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier, Lock
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from temporalio.exceptions import ApplicationError

from activities.effects import once
from models.tables import EffectRow

Json = dict[str, Any]
REQUEST = {"amount_fen": 9900}


@dataclass
class Outside:
    """A system that does a thing once for each key, and counts how often it was asked."""

    asked: list[str] = field(default_factory=list)
    done: dict[str, Json] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def do(self, key: str, *, lose_answer: bool = False) -> Json:
        with self.lock:
            self.asked.append(key)
            result = self.done.setdefault(key, {"number": f"{key}-{len(self.asked)}"})
        if lose_answer:
            raise ConnectionError
        return result


@pytest.fixture
def key() -> str:
    return f"refund:alipay:{uuid.uuid4().hex}"


def rows(engine: Engine, key: str) -> list[EffectRow]:
    with Session(engine) as session:
        return list(session.exec(select(EffectRow).where(col(EffectRow.key) == key)))


def test_an_effect_is_made_once(engine: Engine, key: str) -> None:
    outside = Outside()
    first, again = (once(engine, key, REQUEST, lambda: outside.do(key)) for _ in range(2))
    assert first == again == outside.done[key]
    assert outside.asked == [key]
    (row,) = rows(engine, key)
    assert (row.request, row.result) == (REQUEST, first)
    assert row.done_at is not None
    assert row.asked_at <= row.done_at


def test_effects_of_other_keys_are_their_own(engine: Engine, key: str) -> None:
    outside, other = Outside(), f"{key}-2"
    results = [once(engine, each, REQUEST, partial(outside.do, each)) for each in (key, other)]
    assert outside.asked == [key, other]
    assert results[0] != results[1]
    assert [rows(engine, each)[0].result for each in (key, other)] == results


def test_a_lost_answer_is_asked_for_again_under_the_same_key(engine: Engine, key: str) -> None:
    outside = Outside()
    with pytest.raises(ConnectionError):
        once(engine, key, REQUEST, lambda: outside.do(key, lose_answer=True))
    (row,) = rows(engine, key)
    assert (row.request, row.result, row.done_at) == (REQUEST, None, None)
    assert once(engine, key, REQUEST, lambda: outside.do(key)) == outside.done[key]
    assert outside.asked == [key, key]
    assert [row.result for row in rows(engine, key)] == [outside.done[key]]


@pytest.mark.parametrize("answered", [True, False])
def test_a_key_that_comes_back_with_other_figures_is_refused(
    engine: Engine, key: str, answered: bool
) -> None:
    outside = Outside()
    if answered:
        once(engine, key, REQUEST, lambda: outside.do(key))
    else:
        with pytest.raises(ConnectionError):
            once(engine, key, REQUEST, lambda: outside.do(key, lose_answer=True))
    with pytest.raises(ApplicationError) as refused:
        once(engine, key, {"amount_fen": 1}, lambda: outside.do(key))
    assert (refused.value.type, refused.value.non_retryable) == ("Refused", True)
    assert outside.asked == [key]
    assert [row.request for row in rows(engine, key)] == [REQUEST]


def test_whoever_asks_at_the_same_time_gets_one_result(engine: Engine, key: str) -> None:
    outside, asking = Outside(), Barrier(8, timeout=60)

    def ask(_: int) -> Json:
        asking.wait()
        return once(engine, key, REQUEST, lambda: outside.do(key))

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(ask, range(8)))
    assert results == [outside.done[key]] * 8
    assert [row.result for row in rows(engine, key)] == [outside.done[key]]


def test_a_result_that_was_given_is_never_replaced(engine: Engine, key: str) -> None:
    """Also where the outside world answers the same key in other words each time."""
    both_asking = Barrier(2, timeout=60)

    def make() -> Json:
        both_asking.wait()
        return {"answer": uuid.uuid4().hex}

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: once(engine, key, REQUEST, make), range(2))
    assert first == second
    assert [row.result for row in rows(engine, key)] == [first]
