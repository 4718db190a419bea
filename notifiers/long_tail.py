"""The long tail of services, through apprise where it is installed.

The services are the operator's (apprise's own text configuration: `tag = url` lines); an address
in the directory is a tag of it, so nobody who may write the directory can make us post anywhere.
Apprise blocks, so it runs in threads of its own: one that hangs keeps no other channel waiting.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from notifiers.notifier import Accepted, Fault, Message, Outcome, Refused, Unclear
from notifiers.outgoing import id_of

THREADS = 4
MISSING = (
    "apprise is not installed here. Nothing was sent. "
    "Install it with `pip install 'heliograph[apprise]'`."
)
EVERYTHING = "all"
"""To apprise this tag means every service there is."""
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class LongTail:
    channel = sender = "apprise"

    def __init__(self, config: str, patience: timedelta = timedelta(seconds=30)) -> None:
        """`config`: lines of `tag = url`, read at the first page: importing takes a second."""
        self._config, self._patience = config, patience
        self._threads = ThreadPoolExecutor(THREADS, "apprise")
        self._apprise: Any = None
        self._loading = threading.Lock()

    async def send(self, message: Message) -> Outcome:
        job = self._threads.submit(self._notify, message)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await asyncio.wrap_future(job)
        except TimeoutError:
            if job.cancel():
                return Refused("apprise is busy. Nothing was sent.", fault=Fault.TRANSIENT)
            return Unclear("apprise has not come back. It may have been taken.")

    def _notify(self, message: Message) -> Outcome:
        """In a thread. One service of the tag that has taken it will do."""
        try:
            services = self._services(message.to)
        except ImportError:
            return Refused(MISSING, fault=Fault.CONFIGURATION)
        except Exception as error:  # noqa: BLE001 - whatever apprise raises
            reason = f"apprise cannot be set up ({type(error).__name__}). Nothing was sent."
            return Refused(reason, fault=Fault.CONFIGURATION)
        if not services:
            reason = "No service has this tag in HELIOGRAPH_APPRISE_CONFIG. Nothing was sent."
            return Refused(reason, fault=Fault.CONFIGURATION)
        took = [_took(service, message) for service in services]
        if any(took):
            return Accepted(id_of(message.key))
        return Unclear("apprise says it was not taken, and does not say why.")

    def _services(self, tag: str) -> Sequence[Any]:
        """Raises ImportError where apprise is not installed."""
        with self._loading:
            if self._apprise is None:
                self._apprise = self._load()
        if tag == EVERYTHING or not _TAG.fullmatch(tag):
            return ()
        return list(self._apprise.find(tag, match_always=False))

    def _load(self) -> Any:  # noqa: ANN401 - apprise is not always there
        apprise = importlib.import_module("apprise")
        for name in ("apprise", "urllib3"):  # they name addresses
            logging.getLogger(name).setLevel(logging.CRITICAL)
        config = apprise.AppriseConfig()
        # Without recursion an `include` in it is not followed.
        config.add_config(self._config, format="text", recursion=0)
        made = apprise.Apprise()
        made.add(config)
        return made

    async def find(self, message: Message) -> Accepted | Unclear | None:  # noqa: ARG002
        """Nothing can be looked up: it is sent again."""
        return None

    async def cancel(self, ref: str) -> Refused | Unclear | None:  # noqa: ARG002
        """What was sent cannot be called back."""
        return None

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def words(message: Message) -> str:
    """The page, and how to answer it."""
    links = [f"{verb}: {link}" for verb, link in message.links.items()]
    return "\n".join((message.text, *links))


def _took(service: Any, message: Message) -> bool:  # noqa: ANN401 - apprise is not always there
    try:
        return bool(service.notify(body=words(message), title=message.subject))
    except Exception:  # noqa: BLE001 - whatever a plug-in of apprise raises
        return False
