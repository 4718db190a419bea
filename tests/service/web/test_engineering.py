"""The Sustained Engineering queue over the API."""

from tests.service.web.world import Json, World


async def step(world: World, case: str, action: str, body: object = None) -> tuple[int, Json]:
    answer = await world.ask(
        "POST", f"/engineering/{case}/{action}", body, role="responder", person="erik"
    )
    return answer.status_code, answer.json()


async def queued(world: World, **ticket: object) -> str:
    case = await world.ticket(**{"priority": "urgent", **ticket})  # type: ignore[arg-type] # members of a ticket
    await world.act(case, "engineering", {"reason": "a fault"})
    return case


async def test_an_item_walks_its_stages_and_the_customer_hears_of_each(world: World) -> None:
    case, told = await queued(world), Json()
    for action, body, stage in (
        ("claim", None, "reviewing"),
        ("confirm", {"pull_request": "https://git.example/pull/7"}, "confirmed"),
        ("plan", {"plan": "A fix in 9.5.1 next week."}, "planned"),
        ("test", {}, "tested"),
        ("release", {"version": "9.5.1"}, "released"),
    ):
        status, told = await step(world, case, action, body)
        assert (action, status, told["engineering"]["stage"]) == (action, 200, stage)
    item = told["engineering"]
    assert (item["engineer"], item["pull_request"], item["version"]) == (
        "erik", "https://git.example/pull/7", "9.5.1",
    )  # fmt: skip
    async with world.service.pool.acquire() as conn:
        public = await conn.fetch(
            "select payload->>'text' as text from outbox "
            "where kind = 'write' and (payload->>'public')::boolean order by id"
        )
    texts = [row["text"] for row in public]
    assert len(texts) >= 6
    assert any("https://git.example/pull/7" in text for text in texts)
    assert any("9.5.1" in text for text in texts)


async def test_what_a_stage_needs_and_the_order_of_stages(world: World) -> None:
    case = await queued(world)
    status, told = await step(world, case, "release", {"version": "1"})
    assert (status, "Possible now: claim, return" in told["detail"]) == (409, True)
    await step(world, case, "claim")
    for body in (None, {}, {"pull_request": ""}):
        status, told = await step(world, case, "confirm", body)
        assert (status, "needs a pull request link" in told["detail"]) == (409, True)
    for link in ("javascript:alert(1)", "the one from yesterday", "https://", "http://[bad"):
        status, told = await step(world, case, "confirm", {"pull_request": link})
        assert (status, "pull_request" in told["detail"]) == (422, True)
    status, told = await step(world, case, "return")
    assert (status, "needs a reason" in told["detail"]) == (409, True)


async def test_a_returned_item_is_supports_again(world: World) -> None:
    case = await queued(world)
    status, told = await step(world, case, "return", {"reason": "Works as documented."})
    assert (status, told["state"]) == (200, "paging")
    assert told["engineering"]["returned"] == "Works as documented."
    status, told = await step(world, case, "claim")
    assert (status, "not with Sustained Engineering" in told["detail"]) == (409, True)


async def test_the_queue_is_in_the_order_it_is_worked(world: World) -> None:
    later = await queued(world, organization={"id": "borealis"}, priority="urgent")
    low = await queued(world, priority="low")
    world.clock.forward(minutes=5)
    first = await queued(world, priority="urgent")
    world.clock.forward(minutes=5)
    second = await queued(world, priority="urgent")
    expected = [first, second, low, later]
    assert [c["id"] for c in (await world.get("/engineering"))["items"]] == expected
    turned: list[str] = []
    cursor = ""
    while True:
        page = await world.get(f"/engineering?limit=3{cursor}")
        turned += [c["id"] for c in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert turned == expected
    await step(world, low, "claim")
    reviewing = await world.get("/engineering?stage=reviewing")
    assert [c["id"] for c in reviewing["items"]] == [low]
    own = await world.get("/engineering", role="csm", person="cleo")
    assert later not in [c["id"] for c in own["items"]]
    assert (await world.ask("GET", "/engineering?stage=dreaming")).status_code == 422
