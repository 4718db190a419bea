"""`/me/rules`, `/me/methods`: how a person is reached, changed by himself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from routing.event import Refusal
from routing.people import ContactRule
from service import reaching
from service.verifying import VerificationRefused, Verifier
from service.web.pages import door
from service.web.pages.door import Look
from service.web.pages.own import back, person_of
from service.web.problems import Problem
from service.wiring import Service

PART = "reach"
ROWS = reaching.MOST_RULES
MOST_CODE = 40
PROOFS = {
    "code": "A code is on its way there: put it in here, and it counts.",
    "link": "A link is on its way there: press it, and it counts.",
}


@post("/me/rules", opt=door.to(door.OWN), include_in_schema=False)
async def rules(request: Look, service: NamedDependency[Service]) -> Redirect:
    """Both urgencies, whole: what the form leaves out is gone."""
    given = await door.fields(request)
    wanted = {urgency: _rules(given, urgency) for urgency in reaching.URGENCIES}
    try:
        await reaching.set_rules(service, person_of(request.auth), wanted)
    except Refusal as refusal:
        return back(service, str(refusal), PART)
    return back(service, "From the next page on you are reached like this.", PART)


def _rules(given: Mapping[str, str], urgency: str) -> list[ContactRule]:
    """What the rows of the form say; a row without a method is none. Raises Problem."""
    found = []
    for row in range(ROWS):
        method = given.get(f"{urgency}-{row}-method", "")
        if method:
            minutes = given.get(f"{urgency}-{row}-after", "") or "0"
            if not (minutes.isascii() and minutes.isdigit() and len(minutes) < len("1000")):
                raise Problem(400, "After how many minutes is a number. Nothing was changed.")
            found.append(ContactRule(method, timedelta(minutes=int(minutes))))
    return found


@post("/me/methods", opt=door.to(door.OWN), include_in_schema=False)
async def add(request: Look, service: NamedDependency[Service]) -> Redirect:
    """A new method counts once it is proven: the proof is sent at once."""
    given, person = await door.fields(request), person_of(request.auth)
    try:
        made = await reaching.add_method(
            service, person, given.get("type", ""), given.get("address", "")
        )
    except Refusal as refusal:
        return back(service, str(refusal), PART)
    return back(service, f"Added. {await _ask(service, person, made.id)}", PART)


async def _ask(service: Service, person: str, method: str) -> str:
    """Send a proof; what is to be done with it, or why none was sent."""
    try:
        asked = await Verifier(service).ask(person, method, person)
    except VerificationRefused as refused:
        return str(refused)
    return PROOFS[asked.how]


@post("/me/methods/{method:str}/verify", opt=door.to(door.OWN), include_in_schema=False)
async def verify(
    request: Look, service: NamedDependency[Service], method: FromPath[str]
) -> Redirect:
    return back(service, await _ask(service, person_of(request.auth), method), PART)


@post("/me/methods/{method:str}/confirm", opt=door.to(door.OWN), include_in_schema=False)
async def confirm(
    request: Look, service: NamedDependency[Service], method: FromPath[str]
) -> Redirect:
    """The code that was sent there: from now on the method counts."""
    person, given = person_of(request.auth), await door.fields(request)
    try:
        await Verifier(service).confirm(person, method, given.get("code", "")[:MOST_CODE], person)
    except VerificationRefused as refused:
        return back(service, str(refused), PART)
    return back(service, "It is proven to be yours: pages may go there now.", PART)


@post("/me/methods/{method:str}/remove", opt=door.to(door.OWN), include_in_schema=False)
async def remove(
    request: Look, service: NamedDependency[Service], method: FromPath[str]
) -> Redirect:
    try:
        await reaching.remove_method(service, person_of(request.auth), method)
    except Refusal as refusal:
        return back(service, str(refusal), PART)
    return back(service, "Removed. Nothing is sent there any more.", PART)


HANDLERS = [rules, add, verify, confirm, remove]
