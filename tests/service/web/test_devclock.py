"""`POST /dev/clock` as a stranger calls it."""

from typing import Any

import pytest

from tests.service.web.world import World


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"advance": 5, "advanced": 5}, "advanced"),
        ({"advance": -1}, "advance"),
        ({"advance": 1e12}, "advance"),
        ({"advance": "5"}, "advance"),
        ({}, "advance"),
    ],
)
async def test_what_is_no_advance_is_refused_by_name(
    world: World, body: dict[str, Any], member: str
) -> None:
    before = world.service.clock.offset
    answer = await world.http.post("/dev/clock", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["member"] for error in answer.json()["errors"]] == [member]
    assert world.service.clock.offset == before
