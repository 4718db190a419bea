"""Texts of responders: done first, then said, and said the same again when they come again."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from routing.event import Acknowledge
from routing.gsm import is_gsm, segments
from routing.reply import CARRIER
from service.listing import MOST_LINES
from service.responder import Responder
from service.store import codec
from tests.service.office import Office
from tests.stories.organisation import NUMBERS

Say = Callable[..., Awaitable[str]]


@pytest.fixture
def say(office: Office) -> Say:
    """A text from somebody's phone; what it is answered."""
    responder = Responder(office.service)
    texts = iter(range(10**6))

    async def said(body: str, person: str = "anna", key: str = "") -> str:
        return await responder.text(key or f"SM{next(texts)}", NUMBERS[person], body)

    return said


async def paged(office: Office, ticket: str = "T-1") -> tuple[str, str]:
    case = (await office.report(ticket)).case
    assert case is not None
    code = await office.pool.fetchval("select code from pages where case_id = $1", case)
    return case, str(code)


async def test_the_same_delivery_again_is_answered_the_same_and_done_once(
    office: Office, say: Say
) -> None:
    case, code = await paged(office)
    first = await say(f"1 {code} on my way", key="SM1")
    assert first.startswith(f"ACK {code}: you have {case}")
    assert await say(f"1 {code} on my way", key="SM1") == first
    notes = await office.pool.fetchval("select count(*) from timeline where kind = 'note'")
    assert notes == 1
    again = await say(f"1 {code}", key="SM2")
    assert again == first


async def test_what_is_said_beside_the_answer_goes_on_the_ticket(office: Office, say: Say) -> None:
    _, code = await paged(office)
    await say(f"1 {code} on my way <b>now</b>")
    texts = await office.pool.fetch("select payload from outbox where kind = 'write'")
    written = [codec.decode(row["payload"])["text"] for row in texts]
    assert any("on my way" in text for text in written)


async def test_who_asks_how_it_stands_is_told_who_has_it(office: Office, say: Say) -> None:
    case, code = await paged(office)
    assert "paging, nobody has it" in await say(f"? {code}")
    await say(f"1 {code}")
    assert f"{case} (Acme Corp, no subject) is acknowledged, Anna Lind has it." in await say("?")
    await say(f"3 {code}")
    engineers = str(await office.pool.fetchval("select code from pages where person = 'erik'"))
    assert "engineering, nobody has it" in await say("ok")
    await say(f"1 {engineers}", "erik")
    assert "engineering, Erik Haas has it" in await say(f"? {code}")


async def test_ack_all_says_what_is_yours_and_what_is_not(office: Office, say: Say) -> None:
    cases = [(await paged(office, f"T-{n}"))[0] for n in range(3)]
    await office.pool.execute("update outbox set state = 'sent'")
    await office.desk.act(cases[1], Acknowledge("ben", "api"))
    await office.pool.execute("update pages set state = 'open' where case_id = $1", cases[1])
    answer = await say("ack all")
    assert answer.startswith(f"ACK ALL, 3 cases: you have {cases[2]}, {cases[0]}. Ben Okafor has")


async def test_words_nobody_knows_change_nothing(office: Office, say: Say) -> None:
    case, _ = await paged(office)
    for text in ("hello", "", "1 1 1", "0", "yes please", "\U0001f480"):
        await say(text)
    assert (await office.case(case)).owner is None
    assert "not understood" in await say("what is this")


@pytest.mark.parametrize("word", ["STOP", "help", "Info.", "YES", "start", "end", "unsubscribe"])
async def test_the_carriers_own_words_are_answered_by_the_carrier(
    office: Office, say: Say, word: str
) -> None:
    await paged(office)
    assert await say(word) == ""


async def test_hostile_texts_are_kept_and_answered(office: Office, say: Say) -> None:
    """Broken once: a NUL, which PostgreSQL keeps in no text, was an error 500."""
    _, code = await paged(office)
    for text in ("\x00", f"1\x00 {code[:2]}", "'; drop table cases; --", "<Response/>" * 900):
        assert await say(text)
    assert "you have" in await say(f"1\x00 {code}")
    kept = await office.pool.fetchval("select max(length(text)) from inbound")
    assert kept == 1600


async def test_a_live_page_is_answered_however_old_it_is(office: Office, say: Say) -> None:
    """Broken once: after seven days nobody could resolve by text what he had."""
    case, code = await paged(office)
    await say(f"1 {code}")
    office.clock.forward(days=9)
    assert f"RESOLVE {code}: {case}" in await say(f"R {code}")


async def test_what_is_done_is_said_even_if_the_saying_cannot_be_kept(
    office: Office, say: Say
) -> None:
    """Broken once: Anna had the case, and was told that nothing had been changed."""
    case, code = await paged(office)
    await office.pool.execute(
        "create function away() returns trigger language plpgsql as"
        " $$ begin raise exception 'gone' using errcode = '57P01'; end $$"
    )
    await office.pool.execute(
        "create trigger away before insert on inbound execute function away()"
    )
    assert "you have" in await say(f"1 {code}")
    assert (await office.case(case)).owner == "anna"


async def test_two_phones_answer_at_once_and_one_of_them_has_it(office: Office, say: Say) -> None:
    case, code = await paged(office)
    office.clock.forward(minutes=5)
    await office.desk.wake()
    other = str(await office.pool.fetchval("select code from pages where person = 'ben'"))
    said = await asyncio.gather(say(f"1 {code}"), say(f"1 {other}", "ben"))
    assert sum("you have" in one for one in said) == 1
    owner = (await office.case(case)).owner
    name = {"anna": "Anna Lind", "ben": "Ben Okafor"}[owner or ""]
    assert sum(f"{name} has {case}" in one for one in said) == 1


async def test_every_answer_says_what_became_true(office: Office, say: Say) -> None:
    """Each verb once, with the state it leaves; nothing is said that was not written."""
    case, code = await paged(office)
    label = f"{case} (Acme Corp, no subject)"
    told = [
        ("Z", "For how long? Reply Z 30", None, "paging"),
        ("TO", "Whom? Write the name", None, "paging"),
        (f"Z 30 {code}", f"SNOOZE {code}: {label} is yours and sleeps until 10:30",
         "anna", "snoozed"),
        ("1", f"ACK {code}: you have {label}", "anna", "acknowledged"),
        ("ADD ben", f"ADD {code}: Ben Okafor is being paged for {label} as well. It stays yours.",
         "anna", "acknowledged"),
        (f"N {code} disk full", f"NOTE {code}: noted on {case}.", "anna", "acknowledged"),
        ("TO carl", f"TO {code}: Carl Ek is being paged for {label}. It stays yours until Carl Ek",
         "anna", "acknowledged"),
        ("1", f"ACK {code}: you have {label}", "anna", "acknowledged"),
        ("3", f"ESC {code}: {label} is with Sustained Engineering.", "anna", "engineering"),
        ("R", f"RESOLVE {code}: {label} is resolved.", "anna", "resolved"),
        (f"TAKE {code}", f"{label} was resolved", "anna", "resolved"),
    ]  # fmt: skip
    for text, answer, owner, state in told:
        assert answer in await say(text), text
        now = await office.case(case)
        assert (now.owner, now.state.value) == (owner, state), text


async def test_taking_over_is_offered_done_and_told(office: Office, say: Say) -> None:
    case, code = await paged(office)
    office.clock.forward(minutes=5)
    await office.desk.wake()
    bens = str(await office.pool.fetchval("select code from pages where person = 'ben'"))
    await say(f"1 {code}")
    refused = await say("1", "ben")
    assert refused.startswith(f"ACK {bens}: Anna Lind has {case}")
    assert refused.endswith(f" Reply TAKE {bens} to take it over.")
    assert "Anna Lind had it until now" in await say("take", "ben")
    assert (await office.case(case)).owner == "ben"
    rows = await office.pool.fetch(
        "select person, payload from outbox where kind = 'announce' order by id"
    )
    told = {row["person"]: codec.decode(row["payload"])["text"] for row in rows}
    assert told["anna"].startswith(f"Ben Okafor has {case}")
    assert "Anna Lind had it since 10:05 UTC." in told["ben"]
    assert len(rows) == 2


async def test_a_note_reaches_the_ticket_whole_and_inside(office: Office, say: Say) -> None:
    _, code = await paged(office)
    await say(f"N {code} it's full\nsecond <line>\n-- \nAnna")
    texts = await office.pool.fetch("select payload from outbox where kind = 'write'")
    written = [codec.decode(row["payload"]) for row in texts]
    assert [(w["text"], w["public"]) for w in written] == [
        ("Anna Lind: it's full\nsecond <line>", False)
    ]
    assert "The note is empty" in await say(f"N {code}")


async def test_asked_for_all_the_worst_comes_first_in_three_segments(
    office: Office, say: Say
) -> None:
    for number in range(9):
        await office.report(f"T-{number}", priority="urgent" if number == 4 else "high")
    answer = await say("?")
    assert answer.startswith("9 cases, the most severe first. ")
    worst = await office.pool.fetchrow(
        "select p.code, p.case_id from pages p join cases c on c.id = p.case_id where c.rank = 0"
    )
    assert worst is not None
    head = (
        f"first. {worst['code']} L1 Acme Corp {worst['case_id']}: paging, nobody has it. Reply due"
    )
    assert head in answer
    assert segments(answer) <= 3
    assert answer.endswith("more.")


async def test_of_a_crowd_a_few_are_read_and_all_are_counted(office: Office, say: Say) -> None:
    """Once every case was read and every length tried: three seconds of the process for 1000."""
    many = MOST_LINES + 5
    await office.desk.report([office.arrival(f"T-{n}") for n in range(many)])
    answer = await say("?")
    shown = answer.count("nobody has it")
    assert answer.startswith(f"{many} cases, ")
    assert answer.endswith(f" And {many - shown} more.")


async def test_what_one_can_write_is_one_text_without_a_carriers_word(say: Say) -> None:
    menu = await say("menu")
    assert (segments(menu), is_gsm(menu)) == (1, True)
    assert not {*re.findall(r"[a-z]+", menu.lower())} & CARRIER
