"""`/api/v1/policy/diff` and `/test`: what a policy changes, and whether its own tests hold."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from routing.tools.difference import diff
from routing.tools.trial import run_tests
from service.web.api_policy import ASK, instant_or_now, reckon, stands_for
from service.web.policy_words import Asks, Diffs
from service.web.security import only
from service.wiring import Service


@post(
    "/policy/diff",
    status_code=200,
    summary="What a policy changes, and when other people would be reached",
    opt=only(ASK),
)
async def difference(service: NamedDependency[Service], data: JSONBody[Diffs]) -> dict[str, Any]:
    """Beside `against`, or the policy in force: in words, with the first spans that differ."""
    new = await stands_for(service, Asks(policy=data.policy))
    old = await stands_for(service, Asks(policy=data.against))
    at = instant_or_now(service, data.at)
    found = await reckon(lambda: diff(old.policy, new.policy, new.directory, at, data.days))
    return found.as_json()


@post(
    "/policy/test",
    status_code=200,
    summary="Run the tests that are kept in a policy",
    opt=only(ASK),
)
async def put_to_test(
    service: NamedDependency[Service], data: JSONBody[Asks | None] = None
) -> dict[str, Any]:
    stands = await stands_for(service, data or Asks())
    tried = await reckon(lambda: run_tests(stands.policy, stands.directory))
    failed = sum(not one.passed for one in tried)
    return {"passed": not failed, "failed": failed, "tests": [one.as_json() for one in tried]}


HANDLERS = [difference, put_to_test]
