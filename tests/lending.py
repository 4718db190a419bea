"""Web applications that have run before: to make their routes takes longer than most tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Litestar

from service.settings import Settings
from service.web.app import create_app, runs_on

_idle: list[Litestar] = []
"""Applications without phones, which are all the same until they are told what to run on."""


def alike(settings: Settings) -> bool:
    """Whether the application of these settings has the routes that most have."""
    return not settings.production and settings.twilio is not None and not settings.twilio.simulated


@contextmanager
def lent(settings: Settings) -> Iterator[Litestar]:
    """An application; one that has run before, where that makes no difference."""
    if not alike(settings):
        yield create_app(settings)
        return
    if _idle:
        app = _idle.pop()
        runs_on(app, settings)
    else:
        app = create_app(settings)
    yield app
    _idle.append(app)
