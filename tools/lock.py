"""Writes the lock files: every release and its hashes, for each Python and processor we support.

The files name no index, so they install through whatever index pip is set up with.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAYS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--quiet")
NAMELESS = ("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header")


def resolve(target: str, *sources: str, upgrade: bool) -> None:
    uv = Path(sys.executable).parent / "uv"
    told = [*sources, "--output-file", target, *(["--upgrade"] if upgrade else [])]
    subprocess.run([uv, "pip", "compile", *WAYS, *NAMELESS, *told], cwd=ROOT, check=True)


def main() -> None:
    """With `--upgrade` the newest releases that fit are taken, without it only what changed."""
    upgrade = "--upgrade" in sys.argv
    resolve("requirements.lock", "pyproject.toml", upgrade=upgrade)
    everything = ("pyproject.toml", "--group", "dev", "--constraint", "requirements.lock")
    resolve("requirements-dev.lock", *everything, upgrade=upgrade)
    resolve("tools/uv.lock", "tools/uv.in", upgrade=upgrade)


if __name__ == "__main__":
    main()
