"""Becomes another program: with dropped rights, and a signal to end by when its parent ends.

    python launch.py MODE SIGNAL PARENT PROGRAM ARGUMENT...

A program of its own because what it does may not be done between fork and exec of a process with
threads, and because it must import nothing but the standard library to be quick. MODE is one of

direct        as the user we are
namespace     root in a user namespace where it is uid 65534: PostgreSQL refuses to run as root, and
              this way it need not; the files stay root's, no user is made, nothing is chowned
setuid:UID    root becomes UID with that user's group and no others
"""

import ctypes
import os
import pwd
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534


def enter_namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are refused here")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} 0 1"),
        ("gid_map", f"{NOBODY} 0 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 -- pathlib is slow to import
            file.write(line)


def become(uid: int) -> None:
    os.setgroups([])
    os.setgid(pwd.getpwuid(uid).pw_gid)
    os.setuid(uid)


def end_with_parent(signal: int, parent: int) -> None:
    """Asks the kernel to signal us when our parent's starting thread ends (Linux alone).

    To be called after every change of identity, since those clear the request. The parent may have
    ended before the request was made; then we belong to another process already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def main(mode: str, signal: str, parent: str, *command: str) -> None:
    if mode == "namespace":
        enter_namespace()
    elif mode.startswith("setuid:"):
        become(int(mode.removeprefix("setuid:")))
    end_with_parent(int(signal), int(parent))
    os.execv(command[0], command)  # noqa: S606 -- becoming that program is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
