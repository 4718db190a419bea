"""Conditions: what a route, a step or a rule asks of a case."""

from __future__ import annotations

from collections.abc import Mapping

from routing.language.cursor import Cursor, Members
from routing.language.words import duration_text, parse_flag, parse_wait
from routing.rule import FACTS, Match

FLAGS = ("production", "named_contact")
NAMES = {
    "severity": "severity",
    "plan": "plan",
    "region": "region",
    "home_region": "region",
    "account": "account",
    "status": "status",
    "channel": "channel",
}
"""Facts whose values are names of a kind; an account, status or channel is checked where known."""
REST = ("fields", "all", "any", "not", "during", "outside", "sla_remaining_below")


def read_match(at: Cursor) -> Match:
    """A table of facts and accepted values; `all`, `any`, `not`, `during`, `outside` combine."""
    members = at.members(*FACTS, *REST)
    terms = [(fact, _values(fact, members)) for fact in FACTS if members.get(fact)]
    during, outside = members.refer("during", "calendar"), members.refer("outside", "calendar")
    nones = tuple(read_match(item) for item in members.tables("not"))
    match = Match(
        terms=(*terms, *_fields(members)),
        all_of=tuple(read_match(item) for item in members.tables("all")),
        any_of=tuple(read_match(item) for item in members.tables("any")),
        none_of=(*nones, *((Match(calendar=outside),) if outside else ())),
        calendar=during or None,
        sla_remaining_below=members.read("sla_remaining_below", parse_wait, None),
    )
    _refuse_never(at, match)
    return match


def _values(fact: str, members: Members) -> frozenset[str]:
    at = members.get(fact)
    if at is None:
        return frozenset()
    if fact in FLAGS:
        return frozenset(("true" if at.read(parse_flag, default=True) else "false",))
    found = {item.refer(NAMES[fact]) if fact in NAMES else item.text() for item in at.items()}
    if not found - {""}:
        at.wrong(f"no {fact} is accepted, so nothing can match; name one.")
    return frozenset(found - {""})


def _fields(members: Members) -> list[tuple[str, frozenset[str]]]:
    return [
        (f"fields.{name}", frozenset(item.text() for item in at.items()))
        for name, at in members.named("fields")
    ]


def _refuse_never(at: Cursor, match: Match) -> None:
    """A condition that excludes what it asks for can never hold."""
    asked = dict(match.folded)
    for part in match.all_of:
        for fact, values in part.folded:
            if fact != "tags" and fact in asked and asked[fact].isdisjoint(values):
                at.wrong(f"this can never hold: it asks for two different values of {fact}.")
    for part in match.none_of:
        if part.everything or (_only_terms(part) and _covers(dict(part.folded), asked)):
            at.wrong("this can never hold: it excludes what it asks for.")


def _only_terms(match: Match) -> bool:
    return Match(terms=match.terms) == match


def _covers(excluded: Mapping[str, frozenset[str]], asked: Mapping[str, frozenset[str]]) -> bool:
    return all(fact in asked and asked[fact] <= values for fact, values in excluded.items())


def match_document(match: Match) -> dict[str, object]:
    """The inverse of `read_match`."""
    document: dict[str, object] = {}
    fields: dict[str, object] = {}
    for fact, values in match.terms:
        if fact.startswith("fields."):
            fields[fact.removeprefix("fields.")] = sorted(values)
        elif fact in FLAGS:
            document[fact] = "true" in values
        else:
            document[fact] = sorted(values)
    parts = {"all": match.all_of, "any": match.any_of, "not": match.none_of}
    document |= {name: [match_document(p) for p in found] for name, found in parts.items() if found}
    if fields:
        document["fields"] = fields
    if match.calendar is not None:
        document["during"] = match.calendar
    if match.sla_remaining_below is not None:
        document["sla_remaining_below"] = duration_text(match.sla_remaining_below)
    return document
