"""What is open on a phone, in one text: the most severe first, as much as three segments hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from routing import words
from routing.book import Book
from routing.case import Case
from routing.gsm import clean, gsm, segments
from service.choosing import Paged
from service.store import codec
from service.store.pool import Pool
from service.store.sql import query

MOST_SEGMENTS = 3
MOST_LINES = 20
"""More lines than that many segments ever hold; what is behind them is only counted."""


def worst_first(pages: Iterable[Paged]) -> list[Paged]:
    return sorted(pages, key=lambda p: (p.state != "open", p.rank))


async def cases_of(pool: Pool, pages: Sequence[Paged]) -> dict[str, Case]:
    async with pool.acquire() as conn:
        rows = await conn.fetch(query("bodies_of_cases"), [p.case for p in pages])
    return {r["id"]: codec.decode_case(r["body"]) for r in rows}


def listed(pages: Sequence[Paged], cases: Mapping[str, Case], book: Book, now: datetime) -> str:
    """One line for each page, as ordered; those that do not fit are counted. `now` is UTC.

    `cases` are those of the first `MOST_LINES` pages.
    """
    lines = [_line(p, cases[p.case], book, now) for p in pages[:MOST_LINES] if p.case in cases]
    head = f"{len(pages)} cases, the most severe first."
    for count in range(len(lines), 0, -1):
        more = f" And {len(pages) - count} more." if count < len(pages) else ""
        text = f"{head} {' '.join(lines[:count])}{more}"
        if segments(text) <= MOST_SEGMENTS:
            return text
    return f"{head} Look at the console."


def _line(page: Paged, case: Case, book: Book, now: datetime) -> str:
    holder = book.name(case.holder).split()[0] if case.holder else "nobody"
    account = gsm(clean(words.brief(case.account_name, 16)))
    due = words.next_due(case, now)
    said = f"{page.code} {case.severity} {account} {case.id}: {case.state}, {holder} has it."
    return f"{said} {due}".rstrip()
