"""PostgreSQL and Redis for a machine that has neither.

    with EmbeddedServers(Path(".heliograph")) as servers:
        servers.addresses.database_url

The binaries come with the pinned packages. Both servers listen on the loopback interface alone,
ask for a generated password, keep their data in the given folder, and end with the process that
started them, however that process ends.
"""

from service.embedded.data_dir import Addresses
from service.embedded.errors import EmbeddedError, InUse
from service.embedded.servers import EmbeddedServers, kept, running

__all__ = ["Addresses", "EmbeddedError", "EmbeddedServers", "InUse", "kept", "running"]
