"""Reads settings from environment variables, and collects everything that is wrong with them."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

PREFIX: Final = "HELIOGRAPH_"
Value = TypeVar("Value")
E164 = re.compile(r"\+[1-9]\d{6,14}")
SHORT_CODE = re.compile(r"\d{3,8}")


class Secret(str):
    """A string whose repr, in tracebacks, logs and dataclasses, does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"


class SettingsError(Exception):
    """Everything wrong with the settings at once: one sentence a line, each with its variable."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


class Environment:
    """Values by name without the prefix. Empty counts as unset. NAME_FILE names a file to read.

    Methods return a default where a value is wrong, and remember the sentence in `errors`.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.errors: list[str] = []
        self._seen: set[str] = set()
        self._idle: list[str] = []
        self._values: dict[str, str] = {}
        given = {
            name.removeprefix(PREFIX): value
            for name, value in sorted(variables.items())
            if name.startswith(PREFIX) and value
        }
        for name, value in given.items():
            if not name.endswith("_FILE"):
                self._values[name] = value
            elif name.removesuffix("_FILE") in given:
                self.error(name, f"is set, and so is {PREFIX}{name[:-5]}. Unset one of them.")
            else:
                self._read_file(name, Path(value))

    def _read_file(self, name: str, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            self.error(name, f"names {path}, which cannot be read ({reason}).")
            self._seen.add(name.removesuffix("_FILE"))
            return
        if not text:
            self.error(name, f"names {path}, which is empty. Write the secret into it.")
        self._values[name.removesuffix("_FILE")] = text

    def error(self, name: str, sentence: str) -> None:
        self.errors.append(f"{PREFIX}{name} {sentence}")

    def text(self, name: str) -> str | None:
        self._seen.add(name)
        return self._values.get(name)

    def secret(self, name: str) -> Secret | None:
        value = self.text(name)
        return None if value is None else Secret(value)

    def secrets(self, name: str) -> tuple[Secret, ...]:
        """One, or two during a rotation, separated by a comma; the first is the newer."""
        found = tuple(Secret(part.strip()) for part in (self.text(name) or "").split(","))
        found = tuple(secret for secret in found if secret)
        if len(found) > 2:  # noqa: PLR2004 -- see above
            self.error(name, f"holds {len(found)} secrets. Give one, or two during a rotation.")
        return found

    def parsed(
        self, name: str, parse: Callable[[str], Value], default: Value, wanted: str
    ) -> Value:
        """`parse` raises ValueError for what is wrong; the sentence says what is `wanted`."""
        value = self.text(name)
        if value is None:
            return default
        try:
            return parse(value)
        except ValueError:
            self.error(name, f"is {value!r}. Give {wanted}.")
            return default

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        allowed = tuple(choices)
        return self.parsed(name, chooser(allowed), default, f"one of {', '.join(allowed)}")

    def url(self, name: str, schemes: Iterable[str]) -> Secret | None:
        """A URL without a slash at its end. Not shown: it may hold a password."""
        value = self.secret(name)
        if value is None:
            return None
        allowed = tuple(schemes)
        try:
            parts = urlsplit(value)
            fits = parts.scheme in allowed and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
        if not fits:
            self.error(name, f"is no URL of the form {allowed[0]}://HOST. Correct it.")
        return Secret(value.rstrip("/"))

    def phone(self, name: str, *, short_code: bool = False) -> str | None:
        value = self.text(name)
        fits = value is None or E164.fullmatch(value)
        if value and not fits and not (short_code and SHORT_CODE.fullmatch(value)):
            self.error(name, f"is {value!r}. Give a number like +14155550100.")
        return value

    def idle(self, name: str, until: str) -> None:
        """Notices a setting that has no effect `until` another is given."""
        if self.text(name) is not None:
            self._idle.append(f"{PREFIX}{name} has no effect until {until}.")

    def notices(self) -> tuple[str, ...]:
        """What has no effect: settings that wait for others, and those nobody asked for.

        Most of the latter are misspelled.
        """
        unknown = sorted(self._values.keys() - self._seen)
        return (*self._idle, *(self._not_known(name) for name in unknown))

    def _not_known(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._seen, 1)
        hint = f" Did you mean {PREFIX}{close[0]}?" if close else ""
        return f"{PREFIX}{name} is not a setting and has no effect.{hint}"


def chooser(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def choose(value: str) -> str:
        if value not in allowed:
            raise ValueError(value)
        return value

    return choose


def rate(value: str) -> float:
    """A finite number from 0 up. Raises ValueError."""
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError(value)
    return number


def port(value: str) -> int:
    """0 (any free one) to 65535. Raises ValueError."""
    number = int(value)
    if not 0 <= number <= 65535:  # noqa: PLR2004 -- the highest there is
        raise ValueError(value)
    return number
