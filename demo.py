"""Plays samples on the stack of this machine, and shows what became of them: `python demo.py [SAMPLES]`.

Finds the stack that is up in the data directory, or starts one for as long as it takes. Ends with 0 when
every sample ended as it should, with 1 when one did not, and with 2 when a sample is broken.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape

from embedded import CannotStart, Running, Stack, bearer_token, running_stack
from rehearsal.board import Board, printed
from rehearsal.performance import Performance
from rehearsal.player import Player
from rehearsal.sample import Sample
from rehearsal.samples import BrokenSample, load
from settings import settings

SAMPLES = Path(__file__).parent / "samples"
LOG_WIDTH = 120
"""Columns, where nobody says how many there are."""


def demo(
    samples: Annotated[
        Path, typer.Argument(help="A sample, or a folder of them.", show_default=False)
    ] = SAMPLES,
) -> None:
    """Play samples, and show what became of them."""
    out, err = _console(), Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        stories = load(samples)
        with _stack(out) as (stack, is_own):
            board = Board(_cast(stories), stack.api_url, _ui(stack))
            _play(stack, board, out)
    except BrokenSample as broken:
        _fail(err, broken, 2)
    except CannotStart as error:
        _fail(err, error, 1)
    except KeyboardInterrupt:
        err.print("Ended before its end.")
        raise typer.Exit(130) from None
    _show(board, stack, out, is_own=is_own)
    if differences := board.differences():
        out.print()
        for each in differences:
            out.print(f"[red]✗[/] {escape(each)}", soft_wrap=True)
        raise typer.Exit(1)


def _console() -> Console:
    out = Console(highlight=False)
    return out if out.is_terminal or "COLUMNS" in os.environ else Console(highlight=False, width=LOG_WIDTH)


@contextmanager
def _stack(out: Console) -> Iterator[tuple[Running | Stack, bool]]:
    """The stack that is up, or one of our own."""
    if (running := running_stack()) is not None:
        out.print(f"[green]✓[/] a stack is up at {running.api_url}")
        yield running, False
        return
    out.print("Starting PostgreSQL, Temporal, the worker and the API 启动中")
    with Stack.started(settings(), out) as stack:
        yield stack, True


def _cast(stories: dict[str, Sample]) -> list[Performance]:
    """Each sample with an id that was never used before."""
    run = secrets.token_hex(2)
    slugs = [re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:40] or "case" for name in stories]
    return [
        Performance(sample, name, f"{slug}-{run}{number:02d}")
        for number, ((name, sample), slug) in enumerate(zip(stories.items(), slugs, strict=True), 1)
    ]


def _play(stack: Running | Stack, board: Board, out: Console) -> None:
    def tell(it: Performance) -> None:
        if not out.is_terminal and (line := board.line(it)):
            out.print(line, markup=False, soft_wrap=True)

    live = (
        Live(board, console=out, refresh_per_second=8, transient=True) if out.is_terminal else nullcontext()
    )
    with live:
        player = Player(stack.api_url, partial(bearer_token, settings()), tell)
        board.books = asyncio.run(player.play(board.performances))


def _ui(stack: Running | Stack) -> str | None:
    return f"{stack.ui_url}/namespaces/{settings().temporal_namespace}" if stack.ui_url else None


def _show(board: Board, stack: Running | Stack, out: Console, *, is_own: bool) -> None:
    out.print(board.account(out.width))
    if not out.is_terminal:  # where titles are no links
        for page in filter(None, map(board.page, board.performances)):
            printed(out, "", page)
        out.print()
    out.print(board.balance())
    out.print()
    printed(out, "API", f"{stack.api_url}/docs")
    printed(out, "Temporal UI", f"{_ui(stack)}/workflows")
    printed(out, "Token", 'AS="Authorization: Bearer $(make -s token role=operator)"')
    printed(out, "Worklist", f"curl -H \"$AS\" '{stack.api_url}/v1/cases?closed=true'")
    if dossier := board.dossier():
        printed(out, "Dossier", f"curl -H \"$AS\" -o dossier.html '{dossier}'")
    if console := board.console():
        printed(out, "Console", f"curl -H \"$AS\" '{console}'")
    out.print()
    out.print(
        "This stack has ended and its data stay: [bold]make up[/] brings it back, with these cases."
        if is_own
        else "The stack stays up."
    )


def _fail(err: Console, error: Exception, code: int) -> NoReturn:
    err.print(f"[red]✗[/] {escape(str(error))}")
    raise typer.Exit(code)


if __name__ == "__main__":
    typer.run(demo)
