"""`heliograph policy explain` and `rehearse`: one ticket, thought up or past, at one instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from routing.hotline_rehearsal import rehearse_hotline
from routing.language.problems import nearest
from routing.people import Person
from routing.tools.explain import explain as run_explain
from routing.tools.rehearsal import Answer, Rehearsal, spoken
from routing.tools.rehearsal import rehearse as run_rehearse
from routing.tools.sketch import Sketch, unknown_names
from service.cli_database import with_database
from service.cli_failure import Failed
from service.cli_policy_asking import asking, stands, told
from service.cli_words import Duration
from service.past import NoSuchCase, past_of
from service.policy_sources import Given
from service.previewing import previewed

F = TypeVar("F", bound=Callable[..., Any])
WORDS = {
    "account": "Customer id.",
    "plan": "In place of the customer's own.",
    "region": "Home region, in place of the customer's own.",
    "status": "Account status, in place of its own.",
    "contact": "The requester's e-mail address.",
    "source": "The ticket system.",
    "priority": "In the ticket system's own word.",
    "severity": "In place of what the priority says.",
    "channel": "portal, email, hotline or api.",
    "environment": "As the customer calls it.",
    "category": "",
    "product": "",
    "language": "",
    "subject": "",
}
STANDS_IN = {"source": "standard", "channel": "portal"}


def ticket(command: F) -> F:
    """What a thought-up ticket says, each an option; handed on as one dictionary."""
    pairs = "NAME=VALUE"
    command = click.option("--field", "fields", multiple=True, metavar=pairs, help="Any number.")(
        command
    )
    command = click.option("--tag", "tags", multiple=True, help="Any number of them.")(command)
    for name, said in reversed(WORDS.items()):
        default = STANDS_IN.get(name, "")
        command = click.option(f"--{name}", default=default, metavar="TEXT", help=said)(command)
    return command


def sketch_of(words: dict[str, Any], asked: Given) -> Sketch:
    """Raises Failed for a name that stands for nothing."""
    pairs = [field.partition("=") for field in words["fields"]]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise Failed(f"--field takes NAME=VALUE, not {name!r}.", 2)
    fields = {name: value for name, _, value in pairs}
    sketch = Sketch(**{**words, "tags": tuple(words["tags"]), "fields": fields})
    for member, sentence in unknown_names(asked.policy, asked.directory, sketch):
        raise Failed(f"--{member}: {sentence}", 2)
    return sketch


@click.command()
@asking
@ticket
@click.option("--case", help="A past case instead: why were these people paged?")
@click.option("--person", help="With --case: this person's pages alone.")
@click.option("--lasting", type=Duration(), default="1h", show_default=True, help="Play so long.")
def explain(
    file: Path | None,
    directory: Path | None,
    at: datetime | None,
    case: str | None,
    person: str | None,
    lasting: timedelta,
    *,
    as_json: bool,
    **words: Any,  # noqa: ANN401 - the ticket's own options
) -> int:
    """Why a ticket is treated as it is: plan, severity, clocks, route, who is paged, when."""
    if case is not None:
        return _past(case, person, as_json=as_json)
    asked = stands(file, directory)
    found = run_explain(
        asked.policy, asked.directory, sketch_of(words, asked), at or asked.now, lasting=lasting
    )
    shown = previewed(found, asked.policy, asked.directory)
    told(shown, shown.as_json(), as_json=as_json)
    return 0


def _past(case: str, person: str | None, *, as_json: bool) -> int:
    """Exit 1 where nobody was paged, or not the person asked about."""
    try:
        found = with_database(lambda pool, clock: past_of(pool, clock.now(), case, person))
    except NoSuchCase as missing:
        raise Failed(str(missing), 2) from None
    told(found, found.as_json(), as_json=as_json)
    return 0 if found.pages else 1


@click.command()
@asking
@ticket
@click.option("--lasting", type=Duration(), default="4h", show_default=True, help="Play so long.")
@click.option("--answer", metavar="PERSON", help="This person answers; nobody unless said.")
@click.option("--answer-nth", type=click.IntRange(1), help="The n-th to be reached answers.")
@click.option("--after", type=Duration(), default="1m", show_default=True, help="So soon after.")
@click.option("--all", "everything", is_flag=True, help="Show every line of the timeline.")
@click.option(
    "--hotline", is_flag=True, help="An emergency call instead: seconds to a human at the worst."
)
def rehearse(  # noqa: PLR0913 - the options of a command
    file: Path | None,
    directory: Path | None,
    at: datetime | None,
    lasting: timedelta,
    answer: str | None,
    answer_nth: int | None,
    after: timedelta,
    *,
    everything: bool,
    hotline: bool,
    as_json: bool,
    **words: Any,  # noqa: ANN401 - the ticket's own options
) -> int:
    """Plays a ticket forward: who would be woken when, if nobody answers or somebody does."""
    asked = stands(file, directory)
    if hotline:
        return _hotline(sketch_of(words, asked), asked, at or asked.now, as_json=as_json)
    played = run_rehearse(
        asked.policy,
        asked.directory,
        sketch_of(words, asked),
        at or asked.now,
        answer=_answer(asked, answer, answer_nth, after),
        lasting=lasting,
    )
    shown = _Played(played, asked.directory.people, everything=everything)
    told(shown, played.as_json(), as_json=as_json)
    return 0


def _hotline(sketch: Sketch, asked: Given, at: datetime, *, as_json: bool) -> int:
    """Exit 1 where no human would be reached."""
    found = rehearse_hotline(asked.policy, asked.directory, at, sketch.account)
    told(found, asdict(found), as_json=as_json)
    return 0 if found.worst is not None else 1


def _answer(asked: Given, person: str | None, nth: int | None, after: timedelta) -> Answer | None:
    people = list(asked.directory.people)
    if person is not None and person not in people:
        raise Failed(f"--answer: there is no person {person!r}; {nearest(person, people)}", 2)
    return Answer(person or "", nth or 0, after) if person or nth else None


@dataclass(frozen=True, slots=True)
class _Played:
    """A rehearsal as it is read; `everything`: every line of the timeline."""

    rehearsal: Rehearsal
    people: Mapping[str, Person]
    everything: bool

    def __str__(self) -> str:
        played, case = self.rehearsal, self.rehearsal.case
        kinds = {one.kind: one.kind for one in played.happenings} | {"contact": "page"}
        names = [self.people[name].name for name in played.woken if name in self.people]
        owner = f", owned by {case.owner}" if case.owner else ""
        return (
            f"{spoken(played, kinds if self.everything else None)}\n"
            f"Reached, in order: {', '.join(names) or 'nobody'}. "
            f"At the end: {case.state.value}{owner}."
        )
