"""Many cases at once: one text for what would wait, fair turns, nothing lost or doubled."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from notifiers.notifier import Delivery, Fault, Receipt
from notifiers.simulator.records import Ailment
from routing.gsm import is_gsm, segments
from routing.page import PageState
from service.claims import Terms
from service.outbox import LEASE
from service.pacing import lanes
from service.responder import Responder
from tests.service.office import NOW
from tests.service.post import ANNA, CARL, Post, forward


@pytest.fixture
def slow(post: Post) -> Post:
    """A segment and a call each second."""
    post.sender.pace = {"sms": 1.0, "voice": 1.0}
    return post


async def storm(post: Post, number: int, begin: int = 0, **members: object) -> list[str]:
    """So many cases of Anna's at once; their ids."""
    landed = await post.office.desk.report(
        [post.office.arrival(f"T-{n}", **members) for n in range(begin, begin + number)]
    )
    return [one.case or "" for one in landed]


async def states(post: Post) -> set[str]:
    return {r["state"] for r in await post.office.pool.fetch("select state from outbox")}


async def test_what_would_wait_for_one_phone_leaves_as_one_text(slow: Post) -> None:
    await storm(slow, 6, priority="normal", organization="borealis")
    await storm(slow, 1, 6, subject="Login fails for everyone")
    await slow.serve()
    (text,) = slow.sent_to(ANNA)
    assert text.startswith("7 new cases, worst: LEVEL 1")
    code = await slow.office.pool.fetchval("select code from pages where case_id = 'ACME-7'")
    assert "Acme Corp: Login fails for everyone (ACME-7)" in text
    assert text.endswith(f"Reply ACK ALL to take all 7, 1 {code} for ACME-7; ? lists them.")
    assert is_gsm(text)
    assert segments(text) <= 2
    rows = await slow.office.pool.fetch("select * from outbox order by id")
    assert len({r["key"] for r in rows}) == 7
    assert {(r["state"], r["tries"], r["begun_at"], r["bundle"]) for r in rows} == {
        ("sent", 1, NOW, rows[-1]["id"])
    }
    assert len({r["ref"] for r in rows}) == 1
    counted = slow.office.service.measures.pages.labels("sms", "sent")._value.get()
    assert counted == 7


@pytest.mark.parametrize(("number", "texts"), [(2, 2), (3, 1)])
async def test_fewer_than_the_policy_says_are_texts_of_their_own(
    slow: Post, number: int, texts: int
) -> None:
    await storm(slow, number)
    for _ in range(4):
        await forward(slow, seconds=2)
    assert len(slow.sent_to(ANNA)) == texts


async def test_the_first_page_of_a_quiet_person_waits_for_no_company(slow: Post) -> None:
    await storm(slow, 1)
    await slow.serve()
    await storm(slow, 3, 1)
    await slow.serve()
    assert [("ACME-1" in text) for text in slow.sent_to(ANNA)] == [True]
    await forward(slow, seconds=2)
    assert slow.sent_to(ANNA)[1].startswith("3 new urgent cases")


async def test_where_nothing_waits_nothing_is_bundled(post: Post) -> None:
    await storm(post, 5)
    await post.serve()
    assert len(post.sent_to(ANNA)) == 5


async def test_what_is_worse_and_comes_later_is_a_text_of_its_own(slow: Post) -> None:
    await storm(slow, 4, priority="normal", organization="borealis")
    await slow.serve()
    await storm(slow, 1, 4)
    await forward(slow, seconds=2)
    assert [text.startswith("4 new") for text in slow.sent_to(ANNA)] == [True, False]
    assert slow.sent_to(ANNA)[1].startswith("LEVEL 1")


async def test_a_bundle_whose_answer_was_lost_is_found_and_not_repeated(slow: Post) -> None:
    await storm(slow, 5)
    slow.spoil(Ailment.SILENT)
    await slow.serve()
    assert await states(slow) == {"queued"}
    await storm(slow, 3, 5)  # what comes meanwhile is no part of it
    for _ in range(4):
        await forward(slow, seconds=2)
    assert [text[:5] for text in slow.sent_to(ANNA)] == ["5 new", "3 new"]
    assert await states(slow) == {"sent"}


async def test_a_worker_killed_between_send_and_settle_loses_and_doubles_nothing(
    slow: Post,
) -> None:
    cases = await storm(slow, 5)
    terms = slow.sender._terms("sms", slow.sender.switchboard.lines("sms")[0])
    (row,), _ = await slow.sender.claims.take(terms, 64, NOW, uuid4())
    notifier = slow.sender.switchboard.lines("sms")[0].notifier
    await notifier.send(await slow.sender._message(row))  # and here the worker dies
    await slow.office.report("T-0", status="solved")  # the case that carries the others, even
    slow.office.clock.forward(seconds=LEASE.total_seconds())
    assert await slow.sender.outbox.lapse(slow.office.clock.now()) == 5
    await slow.serve()
    assert len(slow.sent_to(ANNA)) == 1
    rows = await slow.office.pool.fetch("select case_id, state, ref from outbox order by id")
    assert [r["state"] for r in rows if r["case_id"] != cases[0]] == ["sent"] * 4
    assert len({r["ref"] for r in rows if r["case_id"] != cases[0]}) == 1


@pytest.mark.parametrize(("ailment", "texts"), [(Ailment.SILENT, "4 new"), (Ailment.DEAF, "3 new")])
async def test_a_bundle_outlives_the_case_that_carries_it(
    slow: Post, ailment: Ailment, texts: str
) -> None:
    cases = await storm(slow, 4)
    slow.spoil(ailment)
    await slow.serve()
    assert (
        await slow.office.pool.fetchval("select case_id from outbox where id = bundle") == cases[0]
    )
    await slow.office.report("T-0", status="solved")
    for _ in range(3):
        await forward(slow, seconds=2)
    assert [text[:5] for text in slow.sent_to(ANNA)] == [texts]
    rows = await slow.office.pool.fetch("select case_id, state from outbox where person = 'anna'")
    assert {r["case_id"] for r in rows if r["state"] == "sent"} == set(cases[1:])


async def test_a_bundle_that_never_left_is_bundled_anew_with_what_waits_by_then(
    slow: Post,
) -> None:
    cases = await storm(slow, 4)
    slow.spoil(Ailment.DEAF)
    await slow.serve()
    await slow.office.report("T-1", status="solved")
    await storm(slow, 2, 4)
    for _ in range(3):
        await forward(slow, seconds=3)
    (text,) = slow.sent_to(ANNA)
    assert text.startswith("5 new urgent cases, worst: ")
    cancelled = await slow.office.pool.fetch("select case_id from outbox where state='cancelled'")
    assert [r["case_id"] for r in cancelled] == [cases[1]]


async def test_a_stopped_worker_gives_a_bundle_back_undone(slow: Post) -> None:
    await storm(slow, 4)
    rows, _ = await slow.sender._claim("sms", 64, NOW, uuid4())
    await slow.sender.outbox.give_back([row.lease for row in rows], NOW)
    found = await slow.office.pool.fetch("select distinct state, tries, bundle, text from outbox")
    assert [tuple(r) for r in found] == [("queued", 0, None, None)]


async def test_receipts_settle_every_page_of_a_bundle(slow: Post) -> None:
    cases = await storm(slow, 4)
    await slow.serve()
    row = await slow.row()
    ref, name = str(row["ref"]), int(str(row["bundle"]))
    contacts = slow.office.service.contacts
    delivered = Receipt(ref, "delivered", Delivery.DELIVERED, 60)
    lost = Receipt(ref, "undelivered", Delivery.FAILED, 50, fault=Fault.TRANSIENT, reason="No.")
    await contacts.receipt(name, Receipt(ref, "sent", Delivery.SENT, 30))
    assert await states(slow) == {"sent"}
    await contacts.receipt(name, lost)
    for case in cases:
        pages = (await slow.office.case(case)).pages
        assert [(p.person, p.state) for p in pages] == [
            ("anna", PageState.UNREACHABLE),
            ("ben", PageState.OPEN),
        ]
    await contacts.receipt(name, delivered)
    found = await slow.office.pool.fetch("select state from outbox where person = 'anna'")
    assert {r["state"] for r in found} == {"delivered"}


async def test_a_number_that_refuses_a_bundle_passes_every_page_on(slow: Post) -> None:
    cases = await storm(slow, 4)
    slow.spoil(Ailment.REFUSE, code=21610)
    await slow.serve()
    for case in cases:
        assert [p.person for p in (await slow.office.case(case)).open_pages] == ["ben"]
    (method,) = (await slow.office.desk.shelf()).people["anna"].contact_methods
    assert method.disabled


async def test_of_equals_everybodys_first_comes_before_anybodys_second(slow: Post) -> None:
    await slow.never_bundles()
    await storm(slow, 8)
    slow.office.clock.forward(seconds=1)
    await slow.office.report("T-99", tags=("by-voice",))  # Carl's, after all of Anna's
    for _ in range(3):
        await forward(slow, seconds=2)
    assert (len(slow.sent_to(ANNA)), len(slow.sent_to(CARL))) == (2, 1)


async def test_a_text_of_two_segments_costs_two(slow: Post) -> None:
    await slow.never_bundles()
    await storm(slow, 2, subject="The login page shows an error to everybody who tries " * 2)
    await slow.serve()
    assert segments(slow.sent_to(ANNA)[0]) == 2
    free_at = await slow.office.pool.fetchval("select free_at from pacing")
    assert free_at == NOW + timedelta(seconds=2)
    await forward(slow, seconds=1.5)
    assert len(slow.sent_to(ANNA)) == 1
    await forward(slow, seconds=0.5)
    assert len(slow.sent_to(ANNA)) == 2


async def test_the_account_limits_all_its_numbers_together(slow: Post) -> None:
    slow.sender.pace, slow.sender.account_pace = {"sms": 10.0}, {"sms": 0.5}
    await storm(slow, 1)
    await slow.serve()
    free = await slow.office.pool.fetch("select sender, free_at from pacing")
    cost = segments(slow.sent_to(ANNA)[0])
    assert {r["sender"]: (r["free_at"] - NOW).total_seconds() for r in free} == {
        f"sms {slow.twilio.number}": cost / 10,
        "sms of the first account": cost * 2,
    }


async def test_a_provider_that_throttles_is_left_alone_by_the_whole_lane(slow: Post) -> None:
    await slow.never_bundles()
    await storm(slow, 2)
    slow.spoil(Ailment.REFUSE, code=20429, seconds=20)
    await slow.serve()
    await forward(slow, seconds=19)
    assert slow.sent_to(ANNA) == []
    await forward(slow, seconds=1)
    assert len(slow.sent_to(ANNA)) == 1


async def test_nobody_is_rung_twice_at_a_time_and_one_call_is_for_all_that_wait(
    slow: Post,
) -> None:
    for n in range(4):
        await slow.office.report(f"T-{n}", tags=("by-voice",))
        slow.office.clock.forward(seconds=1)
    slow.office.clock.at = NOW + timedelta(minutes=2, seconds=2)
    await slow.office.desk.wake()  # three are due by now
    await slow.serve("voice")
    slow.office.clock.forward(seconds=5)
    await slow.office.desk.wake()
    await slow.serve("voice")
    assert slow.calls_to(CARL) == 1
    rung = "select count(*) from outbox where channel = 'voice' and ref is not null"
    assert await slow.office.pool.fetchval(rung) == 3
    slow.office.clock.forward(seconds=115)  # nothing more is heard of it for two minutes
    await slow.serve("voice")
    assert slow.calls_to(CARL) == 2


async def test_nobody_is_rung_twice_by_two_workers_that_look_at_once(post: Post) -> None:
    """Broken once: without a limit each looked before the other had written down whom it rang."""
    for n in range(2):
        await post.office.report(f"T-{n}", tags=("by-voice",))
        post.office.clock.forward(seconds=5)
    claims, terms = post.sender.claims, Terms("voice", "first")
    post.office.clock.at = NOW + timedelta(minutes=2)
    await post.office.desk.wake()
    async with post.office.pool.acquire() as conn, conn.transaction():
        rung, _ = await claims._take(conn, terms, 64, post.office.clock.now(), uuid4())
        post.office.clock.forward(seconds=5)
        await post.office.desk.wake()
        other = asyncio.create_task(claims.take(terms, 64, post.office.clock.now(), uuid4()))
        await asyncio.sleep(0.1)
    rows, _ = await other
    assert ([row.person for row in rung], rows) == (["carl"], [])


async def test_a_call_for_several_rings_on_until_nobody_wants_any_of_them(slow: Post) -> None:
    for n in range(2):
        await slow.office.report(f"T-{n}", tags=("by-voice",))
    slow.office.clock.forward(minutes=2)
    await slow.office.desk.wake()
    await slow.serve("voice")
    call = slow.twilio.phone(CARL).rings()
    await slow.office.report("T-0", status="solved")
    await slow.serve("voice")
    assert "cancel" not in str(await slow.office.keys("queued", "delivered"))
    await slow.office.report("T-1", status="solved")
    await slow.serve("voice")  # at once: a hang-up waits for no pace
    call.ends("canceled")


async def test_nobody_is_rung_for_another_case_while_he_speaks_of_those_he_takes(
    slow: Post,
) -> None:
    """Broken once: taken one by one by key 9, they were no longer seen to be rung for."""
    for n in range(3):
        await slow.office.report(f"T-{n}", tags=("by-voice",))
        slow.office.clock.forward(seconds=n * 10)
    slow.office.clock.at = NOW + timedelta(minutes=2)
    await slow.office.desk.wake()
    await slow.serve("voice")
    slow.office.clock.forward(seconds=10)
    await slow.office.desk.wake()  # the third is due, and waits
    for n in range(2):
        await slow.office.report(f"T-{n}", status="solved")
        await slow.serve("voice")
    assert slow.calls_to(CARL) == 1
    slow.office.clock.forward(minutes=4)  # and waits no longer than a call may last
    await slow.serve("voice")
    assert slow.calls_to(CARL) == 2


async def test_ack_all_takes_what_the_texts_told_of_and_says_what_came_since(slow: Post) -> None:
    told = await storm(slow, 4)
    await slow.serve()
    later = await storm(slow, 1, 4)
    answer = await Responder(slow.office.service).text("sms/1", ANNA, "ACK ALL")
    for case in told:
        assert (await slow.office.case(case)).owner == "anna"
        assert case in answer
    assert (await slow.office.case(later[0])).owner is None
    code = await slow.office.pool.fetchval("select code from pages where case_id = $1", later[0])
    assert f"Not among them: 1 {code} for {later[0]}, which came since." in answer
    await forward(slow, seconds=2)
    await Responder(slow.office.service).text("sms/2", ANNA, "ack all")
    assert (await slow.office.case(later[0])).owner == "anna"


async def test_a_question_lists_what_a_bundle_did_not_name(slow: Post) -> None:
    cases = await storm(slow, 5)
    await slow.serve()
    answer = await Responder(slow.office.service).text("sms/1", ANNA, "?")
    codes = await slow.office.pool.fetch("select case_id, code from pages")
    assert all(f"{r['code']} " in answer and r["case_id"] in answer for r in codes)
    assert {(await slow.office.case(case)).owner for case in cases} == {None}


async def test_the_worst_delay_is_worked_out(slow: Post) -> None:
    await storm(slow, 4)
    await slow.office.report("T-9", tags=("by-voice",))
    async with slow.office.pool.acquire() as conn:
        texts, calls = await lanes(slow.office.service, conn, NOW)
    assert (texts.waiting, texts.phones, texts.first, texts.last) == (5, 2, 6, 15)
    assert (texts.next, calls.last) == (15, 0)
    await slow.serve()
    async with slow.office.pool.acquire() as conn:
        texts, _ = await lanes(slow.office.service, conn, NOW)
    assert (texts.waiting, texts.last) == (1, 4), "the segment of the bundle, then three at most"
