"""Facts of the hotline's sentences that are words themselves, and so said in their language."""

from __future__ import annotations

from datetime import datetime, timedelta

from routing.case import Case
from routing.gsm import clean
from routing.hotline_prompt import Fact, Prompt, prompt
from routing.phrases import METRICS
from routing.words import brief, clock, first_due

PLACES = 3
"""Places in line that have a word of their own."""


def minutes(span: timedelta) -> Prompt:
    whole = max(1, round(span.total_seconds() / 60))
    return prompt("minute") if whole == 1 else prompt("minutes", count=str(whole))


def moment(at: datetime, now: datetime) -> Fact:
    """As `words.instant`: with the date when it is not today's (UTC)."""
    if at.date() == now.date():
        return clock(at)
    return prompt("day", day=str(at.day), month=str(at.month), time=clock(at))


def place(ahead: int) -> Prompt:
    """Of a caller behind so many others."""
    number = ahead + 1
    return prompt(f"place_{number}") if number <= PLACES else prompt("place", number=str(number))


def due(case: Case, now: datetime) -> Fact:
    """The earliest promise still open; empty when there is none."""
    first = first_due(case)
    if first is None or first.due_at is None:
        return ""
    key = "overdue" if first.due_at <= now else "due"
    return prompt(key, promise=prompt(METRICS[first.metric]), time=moment(first.due_at, now))


def about(subject: str | None, opened_at: datetime, now: datetime) -> Prompt:
    """`nobody can log in, opened 03:12 UTC`: how customers tell their open cases apart."""
    words = brief(clean(subject or ""), 40) or prompt("no_subject")
    return prompt("about", subject=words, time=moment(opened_at, now))
