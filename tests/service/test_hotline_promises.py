"""A promised call is kept by whatever connects customer and engineer, and by nothing else."""

from __future__ import annotations

from service.hotline.ticking import tick
from tests.service.calling import ADA, Phone, cases, run, sent
from tests.service.test_hotline_table import EMPTY, anna, connecting, leg, tick_later
from tests.service.web.world import World


async def promised(world: World) -> str:
    """Ada has confirmed and hung up; her case."""
    await (await connecting(world)).hangs_up()
    (promise,) = await promises(world)
    assert (promise["state"], promise["number"]) == ("promised", ADA)
    return str((await cases(world))[0]["id"])


async def promises(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await world.get("/hotline/callbacks"))["items"]
    return found


async def called(world: World, case: str) -> int:
    """Anna calls the customer from the case and has pressed her key; the row of Ada's line."""
    answer = await world.ask("POST", f"/cases/{case}/call", role="responder", person="anna")
    assert answer.status_code == 202, answer.text
    row = await leg(world)
    assert "You asked to call Ada" in await anna(world).posts(f"/twilio/hotline/leg/{row}")
    said = await anna(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
    assert "Calling Ada Byron" in said
    return await leg(world)


def ada(world: World) -> Phone:
    return Phone(world, "CA" + "d" * 32, ADA)


async def connected(world: World, case: str) -> None:
    row = await called(world, case)
    asked = await ada(world).posts(f"/twilio/hotline/leg/{row}")
    assert "This is the call you were promised" in asked
    assert (await promises(world))[0]["outcome"] is None, "a mailbox has heard as much"
    assert "<Conference" in await ada(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")


async def told(world: World, case: str) -> str:
    lines = (await world.get(f"/cases/{case}/timeline?limit=200"))["items"]
    return "\n".join(line["text"] for line in lines)


async def rung_for_it(world: World) -> int:
    """How often somebody was called to a promise."""
    query = "select count(*) from outbox where key like 'hotline/%/back/%'"
    return int(await world.service.pool.fetchval(query))


async def test_a_call_from_the_case_keeps_it_and_everything_agrees(world: World) -> None:
    """Broken once: without the keeping, Anna was rung for it while she spoke with Ada."""
    case = await promised(world)
    await connected(world, case)
    world.clock.forward(minutes=16)
    await tick(world.service)
    assert await rung_for_it(world) == 0
    (promise,) = await promises(world)
    assert (promise["state"], promise["outcome"], promise["person"]) == ("done", "kept", "anna")
    assert (promise["remaining_seconds"], promise["broken_at"]) == (None, None)
    assert promise["reached_at"] is not None
    shown = await world.get(f"/cases/{case}")
    assert (shown["state"], shown["owner"]) == ("acknowledged", "anna"), "nobody else is paged"
    lines = await told(world, case)
    assert "Anna Lind called Ada Byron, who answered." in lines
    assert lines.count("The call that was promised before 10:15 UTC is kept.") == 1
    assert "was promised a call by" not in lines
    report = (await world.get("/hotline/report"))["total"]
    assert (report["callbacks"], report["kept"], report["lost"]) == (1, 1, 0)


async def test_a_telephone_that_rings_for_it_is_hung_up_and_his_key_hears_the_truth(
    world: World,
) -> None:
    case = await promised(world)
    await world.act(case, "acknowledge")
    await tick_later(world)
    row, sid = await leg(world), "CA" + "b" * 32
    await run(world, "update outbox set state = 'sent', ref = $1 where id = $2", sid, row)
    await connected(world, case)
    assert [text for text in await sent(world, "cancel") if sid in text]
    assert "<Dial" not in await anna(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
    assert await rung_for_it(world) == 1


async def test_who_gave_the_case_away_is_rung_no_more_and_who_has_it_is(world: World) -> None:
    """Once for a promise, and once while Ada waits on the line."""
    for waits in (False, True):
        if waits:
            await connecting(world)
        else:
            await promised(world)
        case = str((await cases(world))[0]["id"])
        await world.act(case, "acknowledge")
        await tick_later(world)
        sid = "CA" + "b" * 32
        ringing = "update outbox set state = 'sent', ref = $1 where id = $2"
        await run(world, ringing, sid, await leg(world))
        await world.act(case, "take", person="ben")
        await tick_later(world)
        assert [text for text in await sent(world, "cancel") if sid in text], waits
        rung = await sent(world, "bridge")
        assert ["Anna" in rung[0], "Ben" in rung[-1], len(rung)] == [True, True, 2]
        await run(world, EMPTY)


async def test_one_call_keeps_whatever_was_promised_to_the_same_number(world: World) -> None:
    case = await promised(world)
    again = Phone(world, "CA2")
    for keys in ("", "1", "1"):
        await (again.presses(keys) if keys else again.rings())
    await again.hangs_up()
    assert [one["state"] for one in await promises(world)] == ["promised"] * 2
    await world.act(case, "acknowledge")
    await tick_later(world)
    await anna(world).posts(f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1")
    await ada(world).posts("/twilio/hotline/back/CA1/key", Digits="1")
    assert sorted(str(one["state"]) for one in await promises(world)) == ["bridged", "done"]


async def test_after_the_deadline_it_is_late(world: World) -> None:
    case = await promised(world)
    row = await called(world, case)
    world.clock.forward(minutes=16)
    await ada(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
    (promise,) = await promises(world)
    assert promise["outcome"] == "late"
    assert "promised before 10:15 UTC is late" in await told(world, case)


async def test_who_spoke_while_nothing_could_be_written_was_not_missed(world: World) -> None:
    """Broken once: Anna heard that Ada did not answer, and both were rung again."""
    case = await promised(world)
    await world.act(case, "acknowledge")
    await tick_later(world)
    line = anna(world)
    assert "<Dial" in await line.posts(f"/twilio/hotline/leg/{await leg(world)}/key", Digits="1")
    world.clock.forward(minutes=3)  # Ada's key has connected them, and was not written
    await tick(world.service)
    assert (await promises(world))[0]["state"] == "missed"
    over = {"DialCallStatus": "completed", "DialBridged": "true"}
    for _ in range(2):
        assert "did not answer" not in await line.posts("/twilio/hotline/back/CA1/over", **over)
    (promise,) = await promises(world)
    assert (promise["state"], promise["outcome"], promise["person"]) == ("done", "kept", "anna")
    world.clock.forward(minutes=6)
    await tick(world.service)
    assert await rung_for_it(world) == 1


ENDED = ["busy", "no-answer", "failed", "canceled", "completed", "dead"]


async def test_whoever_is_not_connected_is_promised_a_call_still(world: World) -> None:
    for how in ENDED:
        case = await promised(world)
        await world.act(case, "acknowledge")
        row = await called(world, case)
        if how == "completed":
            await ada(world).posts(f"/twilio/hotline/leg/{row}")
            said = await ada(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="5")
            assert "Goodbye" in said, "in words that are not for engineers"
            assert "<Conference" not in said
        await tick_later(world)
        assert await rung_for_it(world) == 0, "not while Ada's telephone rings"
        await run(world, OVER, "dead" if how == "dead" else "sent", how, row)
        before = await promises(world)
        await tick(world.service)
        assert await promises(world) == before, how
        await tick_later(world)
        assert await rung_for_it(world) == 1, "its owner is called to keep it"
        assert (await promises(world))[0]["outcome"] is None
        await run(world, EMPTY)


OVER = "update outbox set state = $1, receipt = $2 where id = $3"


async def test_a_promise_to_another_number_is_not_kept_and_asks_no_key(world: World) -> None:
    case = await promised(world)
    other = "update hotline_callbacks set body = replace(body::text, $1, '+14155550199')::json"
    await run(world, other, ADA)
    row = await called(world, case)
    assert "An engineer of ours calls you" in await ada(world).posts(f"/twilio/hotline/leg/{row}")
    (promise,) = await promises(world)
    assert (promise["state"], promise["outcome"]) == ("promised", None)
    assert (await world.get(f"/cases/{case}"))["owner"] is None


async def test_who_rings_again_and_is_connected_was_promised_no_more(world: World) -> None:
    """His own call keeps it, and while he waits on the line nobody is rung to call him."""
    await promised(world)
    phone = Phone(world, "CA2")
    await phone.rings()
    await phone.presses("1")
    assert "case number" in await phone.presses("1")
    case = str((await cases(world))[0]["id"])
    await world.act(case, "acknowledge")
    await tick_later(world)
    assert await rung_for_it(world) == 0
    row = await leg(world)
    await anna(world).posts(f"/twilio/hotline/leg/{row}/key", Digits="1")
    await phone.waits()
    await anna(world).posts("/twilio/hotline/responder/CA2/anna")
    assert "<Conference" in await phone.waits()
    (promise,) = await promises(world)
    assert (promise["state"], promise["outcome"], promise["person"]) == ("done", "kept", "anna")
