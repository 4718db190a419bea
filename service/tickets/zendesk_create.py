"""Creating Zendesk tickets: POST /api/v2/tickets.json (developer.zendesk.com, "Tickets").

Our mark is the ticket's external id. It is looked for before anything is created, and Zendesk is
given an `Idempotency-Key`, by which it answers a repetition within two hours with the first ticket.
"""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import quote

from service.tickets.marker import TAG, external_id, marker, signed
from service.tickets.members import Members, read_object
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Creation,
    Done,
    Judgement,
    Opened,
    Opening,
    Refused,
    Request,
    Unreadable,
)
from service.tickets.writing import Writer

UNPROCESSABLE = 422
"""Zendesk's answer to a member it does not take, such as a requester who is suspended."""
Looked = Generator[Request, Answer, Opened | Judgement]


class ZendeskCreator(Writer):
    """The creating half of Zendesk."""

    def create(self, opening: Opening, access: Access) -> Creation:
        """See `Creating.create`. A requester that Zendesk refuses is left out, not the ticket."""
        try:
            found = yield from self._there(opening, access)
            if not isinstance(found, Done):
                return found
            answer = yield _post(opening, access, plain=False)
            if answer.status == UNPROCESSABLE and opening.email:
                answer = yield _post(opening, access, plain=True)
            return self._made(answer, access)
        except Unreadable as unreadable:
            return Refused(f"{self.name} answered, but not as its API does. {unreadable}")

    def _there(self, opening: Opening, access: Access) -> Looked:
        """The ticket of an earlier try; Done when there is none."""
        path = f"/api/v2/tickets.json?external_id={quote(external_id(opening.case), safe='')}"
        verdict, found = yield from self.seen(Request("GET", path, access.headers))
        if not isinstance(verdict, Done):
            return verdict
        listed = found.raw("tickets")
        rows = [row for row in listed if type(row) is dict] if type(listed) is list else []
        mine = (Members(row).identifier("id") for row in rows if _is_ours(row, opening))
        ticket = next((name for name in mine if name), None)
        return Done() if ticket is None else Opened(ticket, _page(ticket, access), already=True)

    def _made(self, answer: Answer, access: Access) -> Opened | Judgement:
        verdict = self.judge(answer)
        if not isinstance(verdict, Done):
            return verdict
        ticket = read_object(answer.body).nested("ticket").identifier("id")
        if ticket is None:
            raise Unreadable("The ticket it made has no id.")
        return Opened(ticket, _page(ticket, access))


def _is_ours(row: dict[str, object], opening: Opening) -> bool:
    """An external id is not unique, and another installation may count its cases as we do."""
    described = row.get("description")
    return not isinstance(described, str) or marker(opening.key) in described


def _page(ticket: str, access: Access) -> str:
    return f"{access.url}/agent/tickets/{quote(ticket, safe='')}"


def _post(opening: Opening, access: Access, *, plain: bool) -> Request:
    """`plain`: without the requester; another request, so with another key."""
    public = opening.email is not None and not plain
    ticket: dict[str, object] = {
        "subject": opening.subject,
        "comment": {"body": signed(opening.text, opening.key), "public": public},
        "external_id": external_id(opening.case),
        "tags": [TAG, *opening.tags],
    }
    if public:
        ticket["requester"] = {"name": opening.name or opening.email, "email": opening.email}
    if opening.priority:
        ticket["priority"] = opening.priority
    key = marker(opening.key).strip("[]") + ("-plain" if plain else "")
    headers = {**access.headers, "idempotency-key": key}
    return Request("POST", "/api/v2/tickets.json", headers, {"ticket": ticket})
