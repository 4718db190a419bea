"""Writing to Zoho Desk tickets.

An access token of Zoho lives for an hour and few may be asked for, so one is kept with the access
and a new one fetched from Zoho's accounts server when the desk no longer takes it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets.marker import signed
from service.tickets.members import read_object
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Change,
    Conversation,
    Done,
    Judgement,
    Refused,
    Request,
    Unreadable,
)
from service.tickets.writing import Writer, still, tags

T = TypeVar("T")
_WORDS = {
    TicketStatus.NEW: "Open",
    TicketStatus.OPEN: "Open",
    TicketStatus.PENDING: "On Hold",
    TicketStatus.ON_HOLD: "On Hold",
    TicketStatus.SOLVED: "Closed",
    TicketStatus.CLOSED: "Closed",
}

_GRANT = ("client_id", "client_secret", "refresh_token")
_UNAUTHORIZED = 401


class ZohoDeskWriter(Writer):
    """The writing half of Zoho Desk."""

    source = "zoho-desk"
    name = "Zoho Desk"
    settings = (
        "ZOHO_DESK_URL",
        "ZOHO_DESK_ORG_ID",
        "ZOHO_DESK_CLIENT_ID",
        "ZOHO_DESK_CLIENT_SECRET",
        "ZOHO_DESK_REFRESH_TOKEN",
    )
    optional = ("ZOHO_DESK_ACTOR_ID", "ZOHO_DESK_NEW_TICKET")
    own_from = ("ZOHO_DESK_ACTOR_ID",)

    def access(self, settings: Mapping[str, str]) -> Access | None:
        """A self client's credentials, with Desk.tickets.READ and Desk.tickets.UPDATE."""
        found = super().access(settings)
        if found is None:
            return None
        names = {name: settings[f"ZOHO_DESK_{name.upper()}"].strip() for name in _GRANT}
        return replace(found, tokens=names)

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """Whose desk it is; the token is added to each request."""
        return {"orgid": values[0]}

    def write(self, change: Change, access: Access) -> Conversation:
        """As elsewhere, under a token that is renewed once if it must be."""
        return self.bearing(super().write(change, access), access)

    def bearing(
        self, conversation: Generator[Request, Answer, T], access: Access
    ) -> Generator[Request, Answer, T | Judgement]:
        """The conversation, each request under a token that is renewed once if it must be."""
        renewed = False
        try:
            request = next(conversation)
            while True:
                answer = Answer(_UNAUTHORIZED)
                if "access" in access.tokens:
                    answer = yield _bearing(request, access)
                if answer.status == _UNAUTHORIZED and not renewed:
                    renewed = True
                    if (refusal := self._kept((yield _renewal(access)), access)) is not None:
                        return refusal
                    continue
                request = conversation.send(answer)
        except StopIteration as end:
            said: T = end.value
            return said

    def _kept(self, answer: Answer, access: Access) -> Judgement | None:
        """None once a new token is kept; else why there is none."""
        verdict = self.judge(answer)
        if not isinstance(verdict, Done):
            return verdict
        try:
            token = read_object(answer.body).line("access_token", 2000)
        except Unreadable:
            token = None
        if token is None:
            return Refused("Zoho gave no access token; check the client and its refresh token.")
        access.tokens["access"] = token
        return None

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The newest hundred comments: ours, if there, is among them."""
        start = 100 * (page - 1) + 1
        path = f"{_path(change)}/comments?sortBy=-commentedTime&limit=100&from={start}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Tags, then the status, then the comment."""
        verdict, ticket = yield from self.seen(Request("GET", _path(change), access.headers))
        if not isinstance(verdict, Done):
            return verdict
        told = still(change, ticket.word("statusType") == "closed")
        return (yield from self.in_turn(_requests(told, access)))


def _bearing(request: Request, access: Access) -> Request:
    bearer = f"Zoho-oauthtoken {access.tokens['access']}"
    return replace(request, headers={**request.headers, "authorization": bearer})


def _renewal(access: Access) -> Request:
    """At accounts.zoho.<dc>, beside desk.zoho.<dc>."""
    form = {name: access.tokens[name] for name in _GRANT} | {"grant_type": "refresh_token"}
    base = access.url.replace("://desk.", "://accounts.", 1)
    return Request("POST", "/oauth/v2/token", {}, None, base, form)


def _path(change: Change) -> str:
    return f"/api/v1/tickets/{quote(change.ticket, safe='')}"


def _requests(change: Change, access: Access) -> list[Request]:
    path, headers = _path(change), access.headers
    tagged = {"tags": [{"name": tag} for tag in tags(change)]}
    requests = [Request("POST", f"{path}/associateTag", headers, tagged)]
    if change.status is not None:
        status = {"status": _WORDS[change.status]}
        requests.append(Request("PATCH", path, headers, status))
    if change.note is not None:
        note = {
            "content": signed(change.note, change.key),
            "contentType": "plainText",
            "isPublic": change.public,
        }
        requests.append(Request("POST", f"{path}/comments", headers, note))
    return requests
