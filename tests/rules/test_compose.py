"""The production shape: valid, bounded to the host, its secrets asked for, and enough to start with."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyOptions

from models.search_attributes import KEYS
from settings import Settings
from stack.children import ROOT
from stack.servers import TemporalServer
from wechat import NAMES
from worker import FINISH_WITHIN

Compose = dict[str, Any]
TEXT = (ROOT / "docker-compose.yml").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}")
SECRETS = {"POSTGRES_PASSWORD", "JWT_KEY", "DATA_KEY", "NOTICE_KEY"}
OF_AMAZON = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
"""Nobody needs them who keeps pictures in the volume."""
OF_WECHAT_PAY = {f"WECHAT_PAY_{name.upper()}" for name in NAMES}
OURS = ("migrate", "api", "worker")
ONCE = {"migrate", "temporal-schema", "temporal-namespace"}


def filled(text: str, **values: str) -> str:
    """As Compose puts variables in. Refuses one that must be set and is not, as the file says."""

    def value(found: re.Match[str]) -> str:
        name, how, word = found.groups()
        if name in values:
            return values[name]
        if how != ":-":
            raise LookupError(f"{name}: {word}")
        return word

    return VARIABLE.sub(value, text)


def read(text: str) -> Compose:
    """The file as the specification has it. Refused (ValueError) where it has it otherwise."""
    compose = PyOptions(apply_merge=True).from_yaml(filled(text, **dict.fromkeys(SECRETS, "secret")))
    compose.validate()
    found: Compose = compose.to_dict()
    for name, service in found["services"].items():
        if unknown := set(service.get("depends_on", {})) - found["services"].keys():
            raise ValueError(f"{name} depends on {unknown}")
    return found


SERVICES: Compose = read(TEXT)["services"]


def depends(service: str, on: str) -> bool:
    """Directly or by way of others."""
    direct = SERVICES[service].get("depends_on", {})
    return on in direct or any(depends(each, on) for each in direct)


BREAKS: dict[str, Callable[[Compose], object]] = {
    "an unknown key of a service": lambda c: c["services"]["api"].update(imagee="x"),
    "an unknown key of the file": lambda c: c.update(servces={}),
    "a bad port": lambda c: c["services"]["api"].update(ports=["127.0.0.1:99999:8000"]),
    "a bad period": lambda c: c["services"]["worker"].update(stop_grace_period="soon"),
    "a bad restart": lambda c: c["services"]["worker"].update(restart="sometimes"),
    "a condition that is none": lambda c: c["services"]["api"].update(
        depends_on={"worker": {"condition": "up"}}
    ),
    "a service that is not there": lambda c: c["services"]["api"].update(depends_on=["nobody"]),
    "a network that is not there": lambda c: c["services"]["api"].update(networks=["nowhere"]),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_file_that_is_no_compose_file_is_refused(name: str) -> None:
    whole = {"services": copy.deepcopy(SERVICES), "volumes": {"postgres": {}, "documents": {}}}
    assert read(json.dumps(whole))["services"].keys() == SERVICES.keys()
    BREAKS[name](whole)
    with pytest.raises(ValueError, match=r"\w"):
        read(json.dumps(whole))


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_every_secret_must_be_set_and_the_refusal_says_to_what(secret: str) -> None:
    with pytest.raises(LookupError, match=f"{secret}: set it to .+"):
        filled(TEXT, **dict.fromkeys(SECRETS - {secret}, "secret"))


def test_whatever_has_a_default_is_no_secret() -> None:
    defaults = {name for name, how, _ in VARIABLE.findall(TEXT) if how == ":-"}
    plain = {"PUBLIC_URL", "API_ADDRESS", "UI_ADDRESS", "DOCUMENTS_URL", "LINK_CHECKS"}
    assert defaults == plain | OF_AMAZON | OF_WECHAT_PAY
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"(?m)^(\w+)=$", example)) == SECRETS
    assert set(re.findall(r"(?m)^#(\w+)=", example)) == defaults


@pytest.mark.parametrize("service", OURS)
def test_ours_are_told_only_what_the_settings_know(service: str) -> None:
    told = {name.lower() for name in SERVICES[service]["environment"] if name not in OF_AMAZON}
    assert told <= Settings.model_fields.keys()
    assert {"simulator"}.isdisjoint(told)


def test_the_api_and_the_worker_are_told_all_they_need() -> None:
    needed = {"DATABASE_URL", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "DATA_KEY"}
    assert needed | {"JWT_KEY", "NOTICE_KEY"} <= SERVICES["api"]["environment"].keys()
    assert needed | {"METRICS_ADDRESS"} <= SERVICES["worker"]["environment"].keys()


def test_only_the_api_and_the_ui_are_published_and_only_to_the_host_itself() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if service.get("ports")}
    assert published.keys() == {"api", "temporal-ui"}
    assert all(str(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_there_can_be_many_workers() -> None:
    assert {"container_name", "ports", "hostname"}.isdisjoint(SERVICES["worker"])
    assert SERVICES["worker"]["environment"]["METRICS_ADDRESS"].partition(":")[0] == "0.0.0.0"


def test_nobody_starts_before_what_it_needs() -> None:
    for service in ("api", "worker"):
        for needed in ("postgres", "migrate", "temporal-schema", "temporal", "temporal-namespace"):
            assert depends(service, needed), (service, needed)
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if needed in ONCE else "service_healthy"
            assert how["condition"] == expected, (name, needed)
            assert needed in ONCE or "test" in SERVICES[needed]["healthcheck"], needed


def test_what_ends_is_started_again_and_what_is_done_is_not() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("on-failure" if name in ONCE else "unless-stopped"), name


def test_a_worker_is_given_the_time_that_it_takes_to_finish() -> None:
    given = re.fullmatch(r"(\d+)s", SERVICES["worker"]["stop_grace_period"])
    assert given is not None
    assert int(given[1]) > FINISH_WITHIN.total_seconds()


def test_what_can_be_lost_has_a_volume_with_a_name() -> None:
    (volume,) = SERVICES["postgres"]["volumes"]
    assert volume in ("postgres:/var/lib/postgresql", {"source": "postgres", "target": "/var/lib/postgresql"})
    directory = SERVICES["api"]["environment"]["DOCUMENTS_DIR"]
    assert f"documents:{directory}" in TEXT
    assert f"--owner=marketplace --mode=700 {directory}" in (ROOT / "Dockerfile").read_text()


def test_every_image_of_others_is_pinned_and_none_is_deprecated() -> None:
    images = {name: str(service["image"]) for name, service in SERVICES.items() if name not in OURS}
    assert all(re.search(r":\d+(\.\d+)*$", image) for image in images.values()), images
    assert not any("auto-setup" in image for image in images.values())


def test_mounted_files_are_there() -> None:
    mounted = [volume for service in SERVICES.values() for volume in service.get("volumes", ())]
    files = [str(volume).partition(":")[0] for volume in mounted if str(volume).startswith("./")]
    assert len(files) == 3
    assert all((ROOT / file).is_file() for file in files)


def test_both_databases_of_temporal_are_made_and_brought_up_to_date(tmp_path: Path) -> None:
    """By a stand-in for the tool that writes down how it was called."""
    tool = tmp_path / "temporal-sql-tool"
    tool.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    tool.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", str(ROOT / "docker/schema.sh")], env=environment, check=True)
    where = "--plugin postgres12 --ep postgres -p 5432 -u marketplace --db"
    schema = "/etc/temporal/schema/postgresql/v12"
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"{where} {database} {step}"
        for database, kind in (("temporal", "temporal"), ("temporal_visibility", "visibility"))
        for step in ("create", "setup-schema -v 0.0", f"update-schema -d {schema}/{kind}/versioned")
    ]
    told = SERVICES["temporal"]["environment"]
    assert (told["DBNAME"], told["VISIBILITY_DBNAME"]) == ("temporal", "temporal_visibility")


def test_the_namespace_keeps_90_days_and_has_our_search_attributes_however_often_it_is_made() -> None:
    told = SERVICES["temporal-namespace"]["environment"]
    assert told["TEMPORAL_NAMESPACE"] == SERVICES["worker"]["environment"]["TEMPORAL_NAMESPACE"]
    with TemporalServer(None, ui=False) as server:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**told, "TEMPORAL_ADDRESS": server.address, "PATH": path, "HOME": os.environ["HOME"]}

        def operator(*words: str) -> Any:
            command = [str(shutil.which("temporal", path=path)), "operator", *words, "--output", "json"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            return json.loads(done.stdout)

        for _ in range(2):
            subprocess.run(
                ["sh", str(ROOT / "docker/namespace.sh")], env=environment, capture_output=True, check=True
            )
        kept = operator("namespace", "describe")["config"]["workflowExecutionRetentionTtl"]
        made = operator("search-attribute", "list")["customAttributes"]
    assert kept == f"{90 * 24 * 3600}s"
    kinds = {key.name: f"INDEXED_VALUE_TYPE_{key.indexed_value_type.name}" for key in KEYS}
    assert made == kinds


def copied() -> list[str]:
    """What the Dockerfile takes from us for the image itself."""
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    lines = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", last)
    return [source for line in lines for source in line.split()]


def test_nothing_else_than_what_is_copied_can_get_into_the_image() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert let_in == {*copied(), "pyproject.toml", "requirements.lock"}
    assert all((ROOT / name).exists() for name in let_in)
    assert not any(fnmatch(name, ".env*") for name in let_in)


def test_the_image_is_nobody_and_keeps_no_secret() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"(?m)^USER (.+)$", text) == ["marketplace"]
    assert not re.search(r"(?m)^(ARG|ENV) .*(KEY|PASSWORD|SECRET)", text)
    assert "--require-hashes" in text


def test_what_is_copied_is_enough_to_start_and_needs_nothing_that_is_only_for_us(tmp_path: Path) -> None:
    for name in copied():
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    project = (ROOT / "pyproject.toml").read_text().partition("[project.optional-dependencies]")[2]
    extras = re.findall(r'"([a-z-]+)>=', project.partition("\n[tool")[0])
    script = (
        "import sys, json, worker, api.app, models.tables.migrate, models.policies as p\n"
        "p.load(); print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import sys; sys.path.insert(0, '.')\n" + script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {module.partition(".")[0] for module in json.loads(done.stdout)}
    assert len(extras) > 8
    assert loaded.isdisjoint(name.replace("-", "_") for name in extras)
