"""The whole stack on one machine: PostgreSQL, Temporal with its UI, the worker and the API, under one owner.

What the settings name (DATABASE_URL, TEMPORAL_ADDRESS) is used instead of a part of our own.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, Self

import typer
from rich.console import Console
from rich.markup import escape

from models.cases import Role
from settings import Settings, settings
from stack.children import LOOPBACK, ROOT, CannotStart, Child, answers, claim_port
from stack.data_directory import (
    Keys,
    Running,
    bearer_token,
    end_leftovers,
    locked,
    note_children,
    period,
    running_stack,
)
from stack.servers import PostgresServer, TemporalServer, connect_once, knock, reach
from stack.watch import Watch, signals_end_the_block

__all__ = ["CannotStart", "Keys", "Running", "Stack", "bearer_token", "running_stack"]

PORTS = {"postgres": 54329, "temporal": 7233, "ui": 8233, "api": 8000, "metrics": 9464}
SAMPLE_PROVIDER = "provider-1"
WITHIN_S = 60
WORKER_STOPS_WITHIN_S = 25
"""More than a worker takes to finish the activities that are under way."""


class Stack:
    """A stack that is up for as long as the block that started it."""

    keys: Keys
    database_url: str
    temporal_address: str
    ui_url: str | None
    api_url: str
    metrics_address: str

    def __init__(self, settings: Settings, console: Console | None = None) -> None:
        self.settings = settings
        self.console = console or Console(quiet=True)
        self.data_dir = settings.data_dir.resolve()
        self._ends = ExitStack()
        self._children: list[Child] = []
        self._ports: dict[str, int] = {}
        self._watch = Watch(self._children, self._restarted)

    @classmethod
    @contextmanager
    def started(cls, settings: Settings, console: Console | None = None) -> Iterator[Self]:
        """Everything is up within the block and ended after it. Refused with `CannotStart`.

        SIGTERM and SIGHUP end the block as Ctrl-C does.
        """
        stack = cls(settings, console)
        with signals_end_the_block(), stack._ends:
            try:
                stack._start()
            except OSError as error:
                raise CannotStart("The stack", str(error), "Set DATA_DIR to a directory of yours.") from error
            try:
                yield stack
            except Exception as error:
                # What went wrong in the block is then but a consequence.
                if stack._watch.failure is not None:
                    raise stack._watch.failure from error
                raise

    def token(self, role: Role, *, market: str = "*", provider_id: str | None = None) -> str:
        return bearer_token(self.settings, role, market=market, provider_id=provider_id)

    def wait(self) -> None:
        """Until a part is given up: then `CannotStart`."""
        self._watch.wait()

    def _start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._ends.enter_context(locked(self.data_dir))
        end_leftovers(self.data_dir / "children.json")
        last = Running.last(self.data_dir)
        self._ports = dict(last.ports) if last else {}
        Keys.make(self.data_dir)
        self.keys = Keys.of(self.settings)
        self._ends.callback(self._watch.release)
        self._start_servers()
        self._migrate()
        self._start_ours()
        self._write()
        self._watch.begin()
        self._ends.callback(self._watch.leave)
        self._ends.callback(self.console.print, "Ending: API, worker, Temporal, PostgreSQL")

    def _start_servers(self) -> None:
        begun = time.monotonic()
        given = self.settings
        servers: list[Child] = []
        if given.database_url is None:
            postgres = PostgresServer(
                self.data_dir / "postgres", self._port("postgres"), log=self._log("postgres")
            )
            self._launch(postgres)
            servers.append(postgres)
            self.database_url = postgres.url
        else:
            self.database_url = given.database_url
        if given.temporal_address is None:
            temporal = TemporalServer(
                self.data_dir / "temporal.db",
                self._port("temporal"),
                self._port("ui"),
                namespace=given.temporal_namespace,
                log=self._log("temporal"),
            )
            self._launch(temporal)
            servers.append(temporal)
            self.temporal_address, self.ui_url = temporal.address, temporal.ui_url
        else:
            self.temporal_address, self.ui_url = given.temporal_address, given.temporal_ui_url
            reach("TEMPORAL_ADDRESS", lambda: knock(self.temporal_address))
        if given.database_url is not None:
            reach("DATABASE_URL", lambda: connect_once(self.database_url))
        for server in servers:
            server.await_ready(WITHIN_S)
            self._tell(server.part, begun)

    def _migrate(self) -> None:
        from models.tables.migrate import upgrade  # noqa: PLC0415  a token needs no tables

        begun = time.monotonic()
        try:
            upgrade(self.database_url)
        except Exception as error:
            raise CannotStart(
                "Tables", str(error), "Mend the migration or the database, then again."
            ) from error
        self._tell("tables", begun)

    def _start_ours(self) -> None:
        port = self._port("api")
        self.api_url = f"http://{LOOPBACK}:{port}"
        self.metrics_address = self.settings.metrics_address or f"{LOOPBACK}:{self._port('metrics')}"
        environment = self._environment(port)
        worker = Child(
            "worker",
            [sys.executable, str(ROOT / "worker.py")],
            log=self._log("worker"),
            environment={**environment, "METRICS_ADDRESS": self.metrics_address},
            stops_within_s=WORKER_STOPS_WITHIN_S,
        )
        served = ["--factory", "api.app:create_app", "--host", LOOPBACK, "--port", str(port)]
        api = Child(
            "API",
            [sys.executable, "-m", "uvicorn", *served, "--timeout-graceful-shutdown", "5"],
            ports=[port],
            log=self._log("api"),
            environment=environment,
            ready=lambda: answers(self.api_url, "/readyz"),
        )
        begun = time.monotonic()
        self._launch(worker)
        self._launch(api)
        api.await_ready(WITHIN_S, needs=[worker])
        self._tell("worker, API", begun)

    def _environment(self, api_port: int) -> dict[str, str]:
        said = "public_url" in self.settings.model_fields_set
        given = {
            "DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.temporal_address,
            "TEMPORAL_NAMESPACE": self.settings.temporal_namespace,
            "TEMPORAL_UI_URL": self.ui_url,
            "API_PORT": str(api_port),
            "PUBLIC_URL": str(self.settings.public_url) if said else self.api_url,
            "POLICY_DIR": str(self.settings.policy_dir.resolve()) if self.settings.policy_dir else None,
            "DATA_DIR": str(self.data_dir),
            "SIMULATOR": "true",
            "RECONCILE_EVERY_S": os.environ.get("RECONCILE_EVERY_S", "5"),
            "LOG_FORMAT": "json",
            **{name.upper(): key for name, key in self.keys.model_dump().items()},
        }
        return {**os.environ, **{name: value for name, value in given.items() if value is not None}}

    def _port(self, name: str) -> int:
        if name == "api" and "api_port" in self.settings.model_fields_set:
            self._ports[name] = claim_port(self.settings.api_port)
        else:
            self._ports[name] = claim_port(self._ports.get(name, 0), PORTS[name])
        return self._ports[name]

    def _log(self, name: str) -> Path:
        return self.data_dir / "logs" / f"{name}.log"

    def _launch(self, child: Child) -> None:
        self._ends.callback(child.stop)
        child.launch()
        self._children.append(child)
        note_children(self.data_dir / "children.json", self._children)

    def _write(self) -> None:
        Running(
            api_url=self.api_url,
            ui_url=self.ui_url,
            temporal_address=self.temporal_address,
            database_url=self.database_url,
            ports=self._ports,
            owner=os.getpid(),
            started_at=datetime.now(UTC),
        ).write(self.data_dir)

    def _tell(self, part: str, begun: float) -> None:
        self.console.print(f"[green]✓[/] {part:<12} {time.monotonic() - begun:5.1f} s", highlight=False)

    def _restarted(self, child: Child, how: int) -> None:
        note_children(self.data_dir / "children.json", self._children)
        self.console.print(f"[yellow]![/] {child.part} ended ({how}) and was started again")


app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)


@app.command()
def up() -> None:
    """Start the stack and keep it until Ctrl-C. Its data stay."""
    try:
        with Stack.started(settings(), out) as stack:
            _show(stack)
            stack.wait()
    except KeyboardInterrupt:
        out.print(f"Ended. The data stay in {settings().data_dir}")
    except CannotStart as error:
        _fail(error)


@app.command()
def token(
    role: Annotated[Role, typer.Option()],
    market: Annotated[str, typer.Option(help="One market, or * for all.")] = "*",
    provider_id: Annotated[str | None, typer.Option(help="For providers, and only for them.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who it is: a second operator needs another.")] = None,
    ttl: Annotated[str, typer.Option(help="Such as 30m, 12h or 7d.")] = "12h",
) -> None:
    """Print a bearer token for the stack that is up."""
    if running_stack() is None:
        _fail(CannotStart("Token", f"no stack is up in {settings().data_dir}.", "Start one: make up"))
    try:
        typer.echo(
            bearer_token(
                settings(), role, market=market, provider_id=provider_id, subject=subject, lasts=period(ttl)
            )
        )
    except CannotStart as error:
        _fail(error)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _show(stack: Stack) -> None:
    out.print()
    for name, value in (
        ("API", f"{stack.api_url}/docs"),
        ("Temporal UI", stack.ui_url or "-"),
        ("Metrics", f"{stack.api_url}/metrics (API), http://{stack.metrics_address}/metrics (worker)"),
        ("Data, logs", f"{stack.data_dir}"),
        ("Tokens", "make token role=service|operator|provider [market=...] [provider=...]"),
    ):
        out.print(f"[bold]{name:<12}[/]", end="")
        out.print(value, markup=False)
    out.print()
    for role in Role:
        bearer = stack.token(role, provider_id=SAMPLE_PROVIDER if role is Role.PROVIDER else None)
        out.print(f"{role:<12}{bearer}", markup=False)
    out.print("\nCtrl-C ends it.")


def _fail(error: CannotStart) -> NoReturn:
    err.print(f"[red]✗[/] {escape(str(error))}")
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
