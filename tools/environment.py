"""Makes `.venv` from a lock file, once, and again whenever the lock changes.

Runs on a bare Python 3.11+ with pip or ensurepip. Every download is checked against the hashes
in the lock. uv installs (seconds instead of a quarter of a minute); where uv cannot, pip does.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
UV_LOCK = ROOT / "tools" / "uv.lock"
COMMAND = """#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m service.cli "$@"
"""


def stop(sentence: str) -> NoReturn:
    print(f"environment: {sentence}", file=sys.stderr)
    raise SystemExit(2)


def fingerprint(kind: str) -> str:
    """Names what the environment was made from: the locks, Python, and the place."""
    digest = hashlib.sha256(f"{ROOT} {sys.version_info[:2]}".encode())
    for name in (LOCKS[kind], LOCKS["run"], "tools/uv.lock"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_current(kind: str) -> bool:
    stamp = VENV / f"{kind}.stamp"
    return stamp.is_file() and stamp.read_text() == fingerprint(kind) and works()


def works() -> bool:
    """Whether the environment's interpreter still starts; the one it was made from may be gone."""
    try:
        return subprocess.run([VENV / "bin" / "python", "-c", ""], check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `make` at once: the second waits for the first."""
    try:
        lock = (ROOT / ".venv.lock").open("w")
    except OSError as error:
        stop(f"cannot write in {ROOT} ({error.strerror}). Clone into a folder that you own.")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def create() -> None:
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    has_pip = importlib.util.find_spec("pip") is not None
    if not has_pip and not has_ensurepip:
        stop(
            f"{sys.executable} has neither pip nor ensurepip, so nothing can be installed. "
            "Install pip (Debian, Ubuntu: apt install python3-pip) and run make again."
        )
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
        venv.create(VENV, with_pip=not has_pip, symlinks=True)
    except PermissionError as error:
        stop(
            f"{error.filename} belongs to another user. Remove {VENV} as that user, or use a clone."
        )


def pip(*arguments: str) -> None:
    target = str(VENV / "bin" / "python")
    if importlib.util.find_spec("pip") is None:
        command = [target, "-m", "pip"]
    else:
        command = [sys.executable, "-m", "pip", "--python", target]
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run([*command, *arguments, *quiet], check=True)


def pip_settings() -> dict[str, str]:
    """What pip was told about index, proxy and certificates, in uv's words."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    told = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        told[key.rpartition(".")[2]] = value.strip().strip("'\"")
    words = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY"}
    return {word: told[name] for name, word in words.items() if told.get(name)}


def install_with_uv(kind: str) -> None:
    pip("install", "--require-hashes", "--no-deps", "--no-compile", "-r", str(UV_LOCK))
    environment: Mapping[str, str] = {**pip_settings(), **os.environ, "VIRTUAL_ENV": str(VENV)}
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--no-config"]
    lock = ["--require-hashes", "--no-deps", "-r", str(ROOT / LOCKS[kind])]
    subprocess.run([*uv, *lock], check=True, env=environment)


def install_with_pip(kind: str) -> None:
    lock = str(ROOT / LOCKS[kind])
    pip("install", "--require-hashes", "--no-deps", "--no-compile", "-r", lock)


def first_that_works(ways: list[Callable[[str], None]], kind: str) -> None:
    for way in ways:
        try:
            way(kind)
        except (subprocess.CalledProcessError, OSError):
            continue
        return
    stop(
        "the packages could not be installed; the lines above say why. "
        "Check the network, and pip's proxy or index (pip config list), and run make again."
    )


def link_project() -> None:
    """Puts the checkout on the environment's path and the command beside its interpreter.

    What an editable install does, without needing a build backend on a bare machine.
    """
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    (packages / "heliograph.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "heliograph"
    command.write_text(COMMAND)
    command.chmod(0o755)


def main(kind: str) -> None:
    if is_current(kind):
        return
    with one_at_a_time():
        if is_current(kind):
            return
        if not is_current("run"):
            create()
        told = f"environment: installing {LOCKS[kind]} into {VENV} with {sys.executable}"
        print(told, file=sys.stderr)
        first_that_works([install_with_uv, install_with_pip], kind)
        link_project()
        for done in {"run", kind}:
            (VENV / f"{done}.stamp").write_text(fingerprint(done))


if __name__ == "__main__":
    main(sys.argv[1])
