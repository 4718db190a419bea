"""Short phrases with a meaning: a promise's target, whom a step pages, how often turns change."""

from __future__ import annotations

import re
from datetime import timedelta

from routing.language.problems import nearest
from routing.language.words import parse_wait
from routing.policy import StepTarget
from routing.sla import Target

_DAYS = re.compile(r"(?:(\d{1,3})|next)\s+business\s+days?")
_TURN = re.compile(r"(?:(\d{1,3})\s+)?(hour|day|week|month)s?")
NAMED = ("schedule", "person", "group", "channel")
"""Targets that need a name."""
ALONE = {
    "region": "region",
    "region backup": "region_backup",
    "engineering": "engineering",
    "duty manager": "duty_manager",
    "account manager": "account_manager",
    "csm": "csm",
}
"""Targets that can stand alone, as they are written, to their kind."""
MINUTE = timedelta(minutes=1)
BUSINESS_DAYS = range(1, 366)


def parse_target(text: str) -> Target | None:
    """`30m`, `24h`, `2 business days`, `next business day`; `none` promises nothing."""
    if text in {"none", ""}:
        return None
    days = _DAYS.fullmatch(text)
    if days:
        if int(days[1] or 1) not in BUSINESS_DAYS:
            raise ValueError(f"{text!r} cannot be kept; business days go from 1 to 365.")
        return Target(business_days=int(days[1] or 1))
    duration = parse_wait(text)
    if duration % MINUTE:
        raise ValueError(f"{text!r} is not whole minutes.")
    return Target(minutes=duration // MINUTE)


def target_text(target: Target) -> str:
    if target.business_days is not None:
        return f"{target.business_days} business day{'s' * (target.business_days != 1)}"
    hours, minutes = divmod(target.minutes or 0, 60)
    return f"{hours}h{minutes}m" if hours and minutes else f"{hours}h" if hours else f"{minutes}m"


def parse_step_target(text: str) -> StepTarget:
    """`region`, `region backup`, `schedule night`, `person anna`, `duty manager`, ..."""
    line = " ".join(text.replace("_", " ").split()) if text in ALONE.values() else text.strip()
    if line in ALONE:
        return StepTarget(ALONE[line])
    for words in ("region backup", "region", *NAMED):
        if line.startswith(f"{words} "):
            return StepTarget(words.replace(" ", "_"), line[len(words) :].strip())
    first = line.split(" ")[0]
    if first in NAMED:
        raise ValueError(f"{text!r} names nobody; write {first} and its name.")
    raise ValueError(f"{text!r} is nobody to page; {nearest(first, (*ALONE, *NAMED))}")


def step_target_text(target: StepTarget) -> str:
    return f"{target.kind.replace('_', ' ')} {target.id}".strip()


def parse_turn(text: str) -> tuple[str, int]:
    """How long a turn lasts: `1 week`, `12 hours`, `2 months`; the unit in the plural."""
    found = _TURN.fullmatch(text.casefold().strip())
    if not found or int(found[1] or 1) == 0:
        raise ValueError(f"{text!r} is no length of a turn; write 1 week, 12 hours or 2 months.")
    return f"{found[2]}s", int(found[1] or 1)


def turn_text(unit: str, every: int) -> str:
    return f"{every} {unit if every != 1 else unit[:-1]}"
