"""Outside calls that a story cannot go on without: what a refusal means, and what silence."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.record import Record, cause_of

T = TypeVar("T")
DELAYED = "Delayed"
"""Why a case is on the operators' desk that only waits for an answer."""


async def insisted(record: Record, call: Callable[[], Awaitable[T]], worry_after: timedelta | None) -> T:
    """The call's answer. A refusal blocks the case until an operator resumes it, and is asked again then."""
    while True:
        try:
            answer = await _watched(record, call, worry_after)
            _still_wanted()
            return answer
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise asyncio.CancelledError from error
            _still_wanted()
            kind, detail = cause_of(error)
            record.add("blocked", {"kind": kind, "detail": detail})
            await _until_resumed(record, kind)


async def _until_resumed(record: Record, kind: str) -> None:
    """Others of the same case may be blocked, too: an operator lets all of them try again."""
    me = object()
    record.blocks[me] = kind
    try:
        await workflow.wait_condition(lambda: me not in record.blocks)
    finally:
        record.blocks.pop(me, None)


def _still_wanted() -> None:
    """An answer that comes together with the cancellation of its call hides the cancellation."""
    if (ours := asyncio.current_task()) and ours.cancelling():
        raise asyncio.CancelledError


async def _watched(record: Record, call: Callable[[], Awaitable[T]], worry_after: timedelta | None) -> T:
    """Without an answer for long, the case is put on the operators' desk; the call goes on being made."""
    if worry_after is None:
        return await call()
    calling = asyncio.ensure_future(call())
    calling.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        with suppress(TimeoutError):
            await workflow.wait_condition(calling.done, timeout=worry_after, timeout_summary="until we worry")
        if not calling.done():
            record.blocks[calling] = DELAYED
            record.add("delayed", {})
            await workflow.wait_condition(calling.done)
        return calling.result()
    finally:
        calling.cancel()
        record.blocks.pop(calling, None)
