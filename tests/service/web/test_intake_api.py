"""Dead letters: seen, replayed, once."""

import asyncio

from tests.service.web.world import World

UNREADABLE = '{"type": "ticket.exploded", "data": {"id": "9"}, "note": "<b>\\u202e"}'


async def test_a_letter_nobody_can_read_is_seen_and_replayed_when_that_is_mended(
    world: World,
) -> None:
    answer = await world.webhook(UNREADABLE)
    assert (answer.status_code, answer.json()["case"]) == (202, None)
    (letter,) = (await world.get("/intake/dead"))["items"]
    assert (letter["source"], letter["body"]) == ("standard", UNREADABLE)
    assert letter["received_at"] == "2026-03-02T10:00:00Z"
    assert "ticket.exploded" in letter["said"]
    path = f"/intake/{letter['id']}/replay"
    told = (await world.ask("POST", path)).json()
    assert (told["case"], told["dead"]) == (None, True)
    assert "ticket.exploded" in told["said"]
    mended = UNREADABLE.replace("exploded", "created").encode()
    async with world.service.pool.acquire() as conn:
        await conn.execute("update intake set body = $1", mended)
    told = (await world.ask("POST", path)).json()
    assert (told["dead"], told["id"]) == (False, letter["id"])
    assert (await world.get(f"/cases/{told['case']}"))["ticket"] == "9"
    assert (await world.get("/intake/dead"))["items"] == []
    again = await world.ask("POST", path)
    assert again.status_code == 409
    assert f"was decided as {told['case']}" in again.json()["detail"]


async def test_replays_at_once_open_one_case(world: World) -> None:
    await world.webhook(UNREADABLE)
    (letter,) = (await world.get("/intake/dead"))["items"]
    mended = UNREADABLE.replace("exploded", "created").encode()
    async with world.service.pool.acquire() as conn:
        await conn.execute("update intake set body = $1", mended)
    path = f"/intake/{letter['id']}/replay"
    answers = await asyncio.gather(*(world.ask("POST", path) for _ in range(6)))
    assert {a.status_code for a in answers} <= {200, 409}
    assert len((await world.get("/cases"))["items"]) == 1


async def test_letters_come_in_pages_the_newest_first(world: World) -> None:
    for number in range(5):
        await world.webhook(f'{{"type": "ticket.nonsense", "number": {number}}}')
    first = await world.get("/intake/dead?limit=3")
    second = await world.get(f"/intake/dead?limit=3&cursor={first['next']}")
    ids = [letter["id"] for letter in first["items"] + second["items"]]
    assert (len(ids), ids) == (5, sorted(ids, reverse=True))
    assert second["next"] is None


async def test_a_letter_of_any_bytes_and_length_is_shown(world: World) -> None:
    await world.webhook('{"x": "' + "é" * 30_000 + '"}')
    (letter,) = (await world.get("/intake/dead"))["items"]
    assert len(letter["body"]) == 20_000


async def test_there_is_no_such_letter(still: World) -> None:
    for number in ("999999", "0", str(10**30)):
        answer = await still.ask("POST", f"/intake/{number}/replay")
        assert answer.status_code == 404
