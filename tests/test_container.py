"""The image and the compose file, as far as they can be judged without an engine to run them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from service.cli_serve import DRAIN
from service.settings import SERVING, SettingsError, read_settings
from service.worker import PATIENCE
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


def test_what_a_strict_umask_checked_out_can_be_read_by_the_image_s_user() -> None:
    (opened,) = re.findall(r"chmod -R a\+rX ([\w ]+)", DOCKERFILE)
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE))
    assert set(opened.split()) == copied - {"requirements.lock"}


def test_nothing_is_compiled_anew_at_every_start() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert 'get_path("stdlib")' in last
    assert "compileall -q -j 0 .venv/lib service notifiers routing" in DOCKERFILE


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


def test_compose_asks_the_servers_as_others_reach_them() -> None:
    """PostgreSQL answers on its socket before it is there for others."""
    asked = COMPOSE["services"]["postgres"]["healthcheck"]["test"]
    assert asked[asked.index("-h") + 1] == "127.0.0.1"


def test_no_process_of_compose_has_more_rights_than_it_needs() -> None:
    """PostgreSQL's image begins as root, to make its folder, and gives that up by itself."""
    for name in COMPOSE["services"].keys() - {"postgres"}:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert COMPOSE["services"]["redis"]["user"] == "valkey"


def test_redis_itself_is_told_to_stop_and_no_password_is_on_a_command_line() -> None:
    shell, flag, script = COMPOSE["services"]["redis"]["command"]
    assert (shell, flag) == ("sh", "-c")
    first, *config = script.replace("$$", "$").splitlines()
    assert first == "exec valkey-server - <<END"
    given = {"PATH": "/bin:/usr/bin", "REDIS_PASSWORD": "a $b 'c'"}
    told = script.replace("$$", "$").replace("valkey-server -", "cat")
    said = subprocess.run([shell, flag, told], env=given, capture_output=True, check=True)
    assert said.stdout.decode().splitlines()[0] == "requirepass a $b 'c'"
    assert "maxmemory-policy noeviction" in config


def test_compose_publishes_web_alone_on_this_machine_alone() -> None:
    published = {name: each.get("ports") for name, each in COMPOSE["services"].items()}
    (port,) = published.pop("web")
    assert interpolated(port) == "127.0.0.1:8000:8000"
    assert set(published.values()) == {None}


def test_every_setting_of_the_file_beside_compose_arrives_but_where_web_listens() -> None:
    for name in ("migrate", "web", "worker"):
        service = COMPOSE["services"][name]
        assert service["env_file"] == [{"path": ".env", "required": False}]
        listens = service["environment"]
        assert (listens["HELIOGRAPH_HOST"], listens["HELIOGRAPH_PORT"]) == ("0.0.0.0", "8000")  # noqa: S104 -- inside its container


def test_what_is_not_set_is_asked_for_with_a_sentence() -> None:
    demanded = set(re.findall(r"\$\{(\w+):\?([^}]*)\}", (ROOT / "compose.yaml").read_text()))
    own = {f"HELIOGRAPH_{name}" for name in SERVING - {"DATABASE_URL", "REDIS_URL"}}
    assert {name for name, _ in demanded} == own | {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(sentence.startswith("set it in .env; ") for _, sentence in demanded)


def test_web_and_worker_are_given_longer_than_they_take_to_end() -> None:
    for name, takes in (("web", DRAIN), ("worker", PATIENCE)):
        assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > takes


def interpolated(text: str) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


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
