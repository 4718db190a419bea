"""The image and the compose file, as far as they can be judged without an engine to run them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from service.settings import SERVING, SettingsError, read_settings
from tests.house import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    told = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, check=False)
    assert (told.returncode, told.stdout) == (0, b"")


def test_the_image_runs_as_nobody_in_particular() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "pip" not in last


def test_all_that_the_image_copies_is_let_through_and_no_more() -> None:
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")
    }
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE))
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_compose_runs_every_process_on_servers_that_are_well() -> None:
    services = COMPOSE["services"]
    assert [services[name]["command"] for name in ("migrate", "web", "worker")] == [
        ["migrate"],
        ["web"],
        ["worker"],
    ]
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
    for name in ("postgres", "redis", "web"):
        assert services[name]["healthcheck"]["test"]


def test_compose_gives_settings_that_exist_and_no_secret_of_its_own() -> None:
    environment: dict[str, str] = COMPOSE["services"]["web"]["environment"]
    assert {f"HELIOGRAPH_{name}" for name in SERVING} <= environment.keys()
    assert [name for name in environment if not is_setting(name)] == []
    for name, value in environment.items():
        if re.search("SECRET|TOKEN|PASSWORD", name):
            assert value.startswith("${"), name


def is_setting(name: str) -> bool:
    try:
        return read_settings({name: "x"}).notices == ()
    except SettingsError:
        return True
