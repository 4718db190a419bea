"""Holding a conversation with a ticket system that is played by a function."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import TypeVar

from service.tickets.ticketsystem import Access, Answer, Change, Judgement, Request
from tests.service.tickets.kits import Kit

CHANGE = Change(ticket="81", key="case/1/anna", note="Anna has it since 03:12.")
Played = Callable[[Request], Answer]
T = TypeVar("T")


def access(kit: Kit, **more: str) -> Access:
    found = kit.system.access({**kit.settings, **more})
    assert found is not None
    return found


def held(conversation: Generator[Request, Answer, T], played: Played) -> tuple[list[Request], T]:
    """Every request that was made, and how it ended."""
    made: list[Request] = []
    try:
        request = next(conversation)
        while True:
            made.append(request)
            request = conversation.send(played(request))
    except StopIteration as end:
        said: T = end.value
        return made, said


def talk(kit: Kit, change: Change, played: Played, **more: str) -> tuple[list[Request], Judgement]:
    """Every request that was made, and what became of the change."""
    return held(kit.system.write(change, access(kit, **more)), played)


def ok(body: object = None, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps({} if body is None else body).encode())


def willing(request: Request) -> Answer:
    """Knows the ticket, has no comment of ours, and takes everything."""
    if request.path == "/oauth/v2/token":
        return ok({"access_token": "t0ken-access"})
    if request.path.startswith("/api/now/"):
        return ok({"result": [{"sys_id": {"value": "9d38"}, "state": {"value": "2"}}]})
    if "/transitions" in request.path and request.method == "GET":
        offered = [
            {"id": "11", "to": {"name": "In Progress"}},
            {"id": "31", "to": {"name": "On hold"}},
        ]
        return ok({"transitions": offered})
    ticket = {"id": 81, "status": "open", "updated_at": "2026-03-02T10:00:00Z", "tags": ["sso"]}
    return ok({**ticket, "state": "open", "ticket": ticket})


def told(requests: list[Request]) -> list[tuple[str, str, object]]:
    """The requests that change something."""
    return [(r.method, r.path, r.json) for r in requests if r.method != "GET"]
