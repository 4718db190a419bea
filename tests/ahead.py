"""What the server of forks does before its first fork, so that no fork has to: imported last.

It loads what is otherwise loaded by the first use, makes the routes of one web application, and
takes everything out of the collector's sight: looking at it would copy its pages into each fork.
"""

import gc
import importlib

from litestar import Litestar

from service.settings import SERVING, read_settings
from service.web.app import create_app, runs_on
from tests.lending import alike

for _used in ("holidays.countries", "httpcore", "h11", "anyio._backends._asyncio"):
    importlib.import_module(_used)
for _server in ("lifespan.on", "loops.auto", "protocols.http.auto", "protocols.websockets.auto"):
    importlib.import_module(f"uvicorn.{_server}")
_app = create_app(
    read_settings(
        {
            "HELIOGRAPH_ENVIRONMENT": "test",
            "HELIOGRAPH_DATABASE_URL": "postgresql://127.0.0.1:9/none",
            "HELIOGRAPH_REDIS_URL": "redis://127.0.0.1:9/0",
            "HELIOGRAPH_TWILIO_API_URL": "http://127.0.0.1:9",
        }
    )
)
gc.collect()
gc.freeze()


def web() -> Litestar:
    """As `service.web.app.create_app`, once in each process, where Twilio is not simulated."""
    settings = read_settings(require=SERVING)
    assert alike(settings)
    runs_on(_app, settings)
    return _app
