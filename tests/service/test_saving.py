"""Decisions as rows: codes, keys, and what one batch does to one case."""

import pytest

from notifiers.wording import PageFacts, page_text, spoken
from routing.event import Acknowledge, Decline, Snooze
from service import directory, policies
from service.saving import _candidate
from service.store import codec
from tests.service.office import NOW, Office
from tests.stories.organisation import DIRECTORY, POLICY


async def test_no_two_live_pages_of_a_person_have_one_code(office: Office) -> None:
    await office.desk.report([office.arrival(f"T-{n}") for n in range(150)])
    await office.desk.report([office.arrival(f"T-{n}") for n in range(150, 400)])
    codes = [r["code"] for r in await office.pool.fetch("select code from pages")]
    assert len(set(codes)) == len(codes) == 400
    assert all(code.isdigit() and len(code) == 4 for code in codes)


async def test_a_code_that_is_taken_gives_way_to_the_next_and_longer_ones(office: Office) -> None:
    key = ("ACME-1", 1, "anna")
    await office.report("T-0", organization="borealis")  # draws the number before
    taken = [_candidate(("ACME-2", 1, "anna"), attempt) for attempt in range(8)]
    for n, code in enumerate(taken):
        await office.pool.execute(
            "insert into pages (case_id, turn, person, code, state, opened_at)"
            " values ('BOREALIS-1', $1, 'anna', $2, 'open', $3)",
            100 + n, code, NOW,
        )  # fmt: skip
    case = (await office.report("T-1")).case
    assert case == "ACME-2"
    code = await office.pool.fetchval("select code from pages where case_id = $1", case)
    assert code == _candidate(("ACME-2", 1, "anna"), 8)
    assert [len(_candidate(key, n)) for n in (0, 1, 2, 5, 6, 23)] == [4, 4, 5, 5, 6, 6]


async def test_a_page_is_queued_in_the_words_of_its_policy_and_person(office: Office) -> None:
    words = (
        "wording:\n  languages:\n    sv:\n"
        "      sms: '{account} ({case}). {due} Svara 1 {code} ja, 2 {code} nej.'\n"
        "      due: '{promise} senast {time}.'\n      promises: {reply: Svar}\n"
    )
    anna = next(line for line in DIRECTORY.splitlines() if "id: anna" in line)
    swedish = "people:\n" + anna.replace("id: anna,", "id: anna, language: sv-SE,") + "\n"
    assert swedish.count("language") == 1
    await policies.apply(office.pool, office.clock, POLICY + words, "p.yaml", "test")
    await directory.bring_in(office.pool, office.clock, swedish, "d.yaml", "test", plans=True)
    case = (await office.report("T-1")).case
    payload = await office.pool.fetchval("select payload from outbox where kind = 'page'")
    facts = codec.decoder(PageFacts)(payload)
    assert page_text(facts) == (
        f"Acme Corp ({case}). Svar senast 11:00 UTC. Svara 1 {facts.code} ja, 2 {facts.code} nej."
    )
    assert spoken(facts).startswith("Heliograph page for Anna Lind.")


async def test_the_codes_of_an_ended_case_may_be_drawn_again(office: Office) -> None:
    case = (await office.report("T-1")).case
    assert await office.pool.fetchval("select live from pages") is True
    await office.report("T-1", status="solved")
    assert await office.pool.fetchval("select live from pages") is False
    await office.report("T-1", status="open")
    rows = await office.pool.fetch("select turn, live from pages order by turn")
    assert [tuple(row) for row in rows] == [(1, False), (2, True)]
    assert case is not None


async def test_what_one_batch_opens_and_solves_pages_nobody(office: Office) -> None:
    """Broken once: the contact was queued after the stand-down had been."""
    arrivals = [office.arrival("T-1"), office.arrival("T-1", status="solved")]
    await office.desk.report(arrivals)
    assert await office.keys("queued", "sending") == []
    assert await office.pool.fetchval("select state from cases") == "resolved"
    assert await office.pool.fetchval("select state from pages") == "stood_down"


async def test_what_one_batch_solves_and_opens_pages_once(office: Office) -> None:
    await office.report("T-1")
    await office.desk.report(
        [office.arrival("T-1", status="solved"), office.arrival("T-1", status="open")]
    )
    assert await office.keys("queued") == ["ACME-1/2/anna/mobile/1"]
    assert await office.keys("cancelled") == ["ACME-1/1/anna/mobile/1"]


async def test_turns_never_go_back_so_that_no_key_comes_twice(office: Office) -> None:
    await office.report("T-1")
    for _ in range(3):
        await office.report("T-1", status="solved")
        await office.report("T-1", status="open")
    keys = await office.keys("queued", "cancelled")
    assert keys == [f"ACME-1/{turn}/anna/mobile/1" for turn in (1, 2, 3, 4)]


async def test_a_replayed_decision_queues_nothing_twice(office: Office) -> None:
    """Two processes that decide the same thing meet at the key, and the row stays as it was."""
    await office.report("T-1")
    before = await office.pool.fetch("select * from outbox order by id")
    await office.pool.execute("update cases set body = body")
    await office.pool.execute(
        "insert into outbox (key, case_id, lane, kind, channel, rank, payload, created_at,"
        " available_at, give_up_at) select key, case_id, lane, kind, channel, rank, payload,"
        " created_at, available_at, give_up_at from outbox on conflict (key) do nothing"
    )
    assert await office.pool.fetch("select * from outbox order by id") == before


async def test_a_decline_pages_the_next_in_the_same_transaction(office: Office) -> None:
    await office.report("T-1")
    await office.desk.act("ACME-1", Decline("anna", "SMS"))
    rows = await office.pool.fetch("select person, state from pages order by turn")
    assert [tuple(r) for r in rows] == [("anna", "declined"), ("ben", "open")]
    assert "ACME-1/2/ben/mobile/1" in await office.keys("queued")


async def test_open_cases_always_have_an_instant_to_wake_at(office: Office) -> None:
    """Broken once: `update cases set wake_at = null`, which the table itself refuses."""
    for n, priority in enumerate(("urgent", "normal", "low", "nonsense")):
        await office.report(f"T-{n}", priority=priority)
    await office.desk.act("ACME-1", Acknowledge("anna", "SMS"))
    await office.desk.act("ACME-2", Snooze("ben", 30))
    await office.report("T-2", status="pending")
    await office.report("T-3", status="solved")
    asleep = "select count(*) from cases where wake_at is null"
    assert await office.pool.fetchval(asleep) == 0
    with pytest.raises(Exception, match="open_cases_wake"):
        await office.pool.execute("update cases set wake_at = null where id = 'ACME-1'")


async def test_the_latency_of_a_page_is_counted_from_the_webhook(office: Office) -> None:
    await office.report("T-1")
    at = await office.pool.fetchval("select payload->>'accepted_at' from outbox")
    assert at == NOW.isoformat()
    office.clock.forward(minutes=5)
    await office.desk.wake()
    later = await office.pool.fetchval(
        "select payload->>'accepted_at' from outbox where person = 'ben'"
    )
    assert later is None
