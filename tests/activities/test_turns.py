"""Turns: nobody has every place, and what was taken is given back."""

import threading
from contextlib import ExitStack

import pytest

from activities.turns import Turns


def taken(turns: Turns, *whose: str) -> list[bool]:
    with ExitStack() as together:
        return [together.enter_context(turns.turn(each)) for each in whose]


def test_each_has_its_turns_and_no_more() -> None:
    assert taken(Turns(4, 2), *"aaabb") == [True, True, False, True, True]


def test_all_together_have_no_more_than_there_are() -> None:
    assert taken(Turns(3, 2), *"aabb") == [True, True, True, False]


def test_a_turn_is_over_with_its_block_however_that_ends() -> None:
    turns = Turns(1, 1)
    with pytest.raises(ValueError, match="broke"), turns.turn("a") as mine:
        raise ValueError(f"broke in a turn: {mine}")
    assert taken(turns, "a", "b") == [True, False]
    assert taken(turns, "b") == [True]


def test_who_had_no_turn_gives_none_back() -> None:
    turns = Turns(1, 1)
    with turns.turn("a"):
        assert taken(turns, "a") == [False]
        assert taken(turns, "a") == [False]


def test_what_is_free_is_given_once_whoever_asks() -> None:
    turns, said, together = Turns(3, 3), list[bool](), threading.Barrier(8)

    def asks() -> None:
        together.wait()
        with turns.turn("a") as mine:
            said.append(mine)
            together.wait()

    threads = [threading.Thread(target=asks) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False] * 5 + [True] * 3
