"""The simulator's memory over a restart: one JSON line per change, the last of each thing counts.

A demo's convenience, not a ledger: it is flushed but not synced, and a torn last line is skipped.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from notifiers.simulator.exchange import Exchange
from notifiers.simulator.records import Alert, Call, Phone, Record, Text

_log = logging.getLogger(__name__)

KEPT = 1000
"""How many texts and calls survive a restart, newest first."""

_KINDS: dict[str, type[Text | Call | Phone]] = {"text": Text, "call": Call, "phone": Phone}


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def restore(self, exchange: Exchange, now: datetime) -> None:
        """Put what was written back into an empty exchange. Calls that were live have ended."""
        latest: dict[tuple[str, str], Text | Call | Phone] = {}
        for record in self._read():
            key = (type(record).__name__, _key(record))
            latest.pop(key, None)
            latest[key] = record
        for record in list(latest.values())[-KEPT:]:
            match record:
                case Phone():
                    record.trouble = None
                    exchange.phones[record.number] = record
                case Text():
                    exchange.keep_text(record)
                case Call():
                    exchange.keep_call(record)
                    if not record.over:
                        exchange.settle_call(record, "failed", now)

    def open(self, exchange: Exchange) -> None:
        """Write down what is known, once each, and from now on every change."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            for known in (exchange.phones, exchange.texts, exchange.calls):
                file.writelines(_line(record) for record in known.values())
        fresh.replace(self._path)
        self._file = self._path.open("ab")
        exchange.listeners.append(self._write)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, record: Record | None) -> None:
        if self._file is None or record is None or isinstance(record, Alert):
            return
        try:
            self._file.write(_line(record))
            self._file.flush()
        except OSError as problem:
            _log.warning("The phones' journal %s cannot be written: %s", self._path, problem)
            self._file = None

    def _read(self) -> Iterator[Text | Call | Phone]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                try:
                    entry: dict[str, Any] = msgspec.json.decode(line)
                    yield msgspec.convert(entry["record"], _KINDS[entry["kind"]])
                except (msgspec.MsgspecError, KeyError, TypeError):
                    continue


def _key(record: Text | Call | Phone) -> str:
    return record.number if isinstance(record, Phone) else record.sid


def _line(record: Text | Call | Phone) -> bytes:
    return msgspec.json.encode({"kind": type(record).__name__.lower(), "record": record}) + b"\n"
