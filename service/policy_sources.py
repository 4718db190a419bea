"""Which policy and which directory a tool is asked about: files, what is in force, or the settings.

With both files named nothing else is read: no setting, no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from routing.directory import Directory
from routing.people import ContactMethod, Person
from routing.policy import Policy
from routing.tools.check_people import people_needed
from service.cli_database import text_of, with_database
from service.cli_failure import Failed
from service.clock import SystemClock
from service.embedded import kept
from service.library import Library, NothingLoaded
from service.policyfile.load import read_directory, read_policy, sample
from service.settings import Settings, read_settings
from service.standing import standing, whole_directory
from service.store.pool import Pool

ASSUMED = (
    "no directory is known here, so everybody the policy names is taken to be reachable by SMS and "
    "call, and no customer is known. --directory FILE asks about the real ones."
)
NO_POLICY = (
    "there is no policy to ask: none was applied and HELIOGRAPH_POLICY names none. "
    "Name a FILE, or apply one with `heliograph policy apply FILE`."
)


@dataclass(frozen=True, slots=True)
class Given:
    """What is asked, at the service's `now` (UTC). `notice` is for whoever reads the answer."""

    policy: Policy
    directory: Directory
    now: datetime
    notice: str = ""


def given(policy: Path | None, directory: Path | None) -> Given:
    """From the files that are named, else the database, else the settings.

    Raises DocumentErrors for a file that cannot be taken, and Failed.
    """
    chosen = None if policy is None else policy_of(policy)
    people = None if directory is None else directory_of(directory)
    if chosen is not None and people is not None:
        return Given(chosen, people, SystemClock().now())
    settings = read_settings(require=frozenset())
    there = _in_database(settings)
    chosen = chosen or there.policy or _of_settings(settings)
    if chosen is None:
        raise Failed(NO_POLICY, 2)
    people = people or there.directory
    if people is None:
        return _with_people(chosen, settings, there.now)
    return Given(chosen, people, there.now)


def policy_of(file: Path) -> Policy:
    return read_policy(text_of(file), str(file))


def directory_of(file: Path) -> Directory:
    return read_directory(text_of(file), str(file))


@dataclass(frozen=True, slots=True)
class _There:
    """What the database holds; None for what it does not."""

    policy: Policy | None
    directory: Directory | None
    now: datetime


def _in_database(settings: Settings) -> _There:
    """Embedded servers are asked only where they have kept something before."""
    if settings.database_url is None and (settings.production or not kept(settings.data_dir)):
        return _There(None, None, SystemClock().now())

    async def read(pool: Pool, clock: SystemClock) -> _There:
        now, people = clock.now(), await whole_directory(pool)
        known = people if people.people or people.accounts else None
        try:
            return _There((await standing(pool, Library(), now)).policy, known, now)
        except NothingLoaded:
            return _There(None, known, now)

    return with_database(read)


def _of_settings(settings: Settings) -> Policy | None:
    if settings.policy is not None:
        return policy_of(settings.policy)
    return None if settings.production else read_policy(sample("policy.yaml"), "policy.yaml")


def _with_people(policy: Policy, settings: Settings, now: datetime) -> Given:
    """The directory of the settings; in development the sample's, where the policy's people are."""
    if settings.directory is not None:
        return Given(policy, directory_of(settings.directory), now)
    needed = people_needed(policy)
    if not settings.production:
        known = read_directory(sample("directory.yaml"), "directory.yaml")
        if needed.keys() <= known.people.keys():
            return Given(policy, known, now)
    return Given(policy, Directory({name: _assumed(name) for name in needed}), now, ASSUMED)


def _assumed(name: str) -> Person:
    ways = ("sms", "voice")
    methods = tuple(ContactMethod(way, way, f"{way}:{name}", verified=True) for way in ways)
    return Person(name, name, contact_methods=methods)
