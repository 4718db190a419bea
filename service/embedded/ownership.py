"""Whose files they are, where root and ordinary users take turns on one folder."""

import os
import pwd
from pathlib import Path


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def owner_of(data: Path) -> int | None:
    return data.stat().st_uid if data.exists() else None


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner alone, who is its folder's."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    leave_to_owner(draft)
    draft.replace(path)


def leave_to_owner(path: Path) -> None:
    """What root makes in another user's folder is that user's, who may start here next time."""
    if os.getuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def give(path: Path, uid: int) -> None:
    """Hands a file or a whole folder to `uid`; nothing happens where it is theirs already."""
    for entry in (path, *path.rglob("*")):
        if entry.lstat().st_uid != uid:
            os.chown(entry, uid, -1, follow_symlinks=False)
