"""The rules that may not break, each with the tests that fail when it is broken.

The table is checked: a test that is renamed or removed has to be replaced here.
"""

import re
from pathlib import Path

import pytest

from notifiers.simulator.records import Ailment, Trouble
from tests.stories import organisation
from tests.stories.conftest import Build
from tests.stories.house import wait_until
from tests.stories.world import World

TESTS = Path(__file__).parents[1]
RULES: dict[str, str] = {
    "1 every open case has an instant it wakes at": "stories/test_rules test_open_cases_wake",
    "2 after an outage one contact, never a burst": (
        "stories/test_crashes test_an_outage_of_ours_ends_with_one_contact_for_each_case"
    ),
    "3 a replay cannot page twice": "stories/test_rules test_a_replay_pages_nobody",
    "4 lease, send, settle; look before repeating": (
        "stories/test_crashes test_a_worker_killed_between_send_and_settle_pages_nobody_twice"
    ),
    "5 a refused last contact escalates at once": (
        "stories/test_paging test_a_refused_number_is_passed_over_at_once_and_not_tried_again"
    ),
    "6 only an answer acknowledges": "stories/test_rules test_only_an_answer_acknowledges",
    "6 written before it is spoken": "stories/test_rules test_nothing_is_said_that_is_not_written",
    "7 the end of the last round is loud": (
        "stories/test_paging test_silence_goes_round_by_round_to_the_duty_manager"
    ),
    "8 the policy is kept": ("service/test_desk test_a_case_keeps_the_policy_it_opened_under"),
    "8 who is on call is asked live": (
        "service/test_library test_who_is_on_call_is_asked_live_also_for_an_older_case"
    ),
    "9 time is a parameter": "test_house test_no_query_asks_the_database_for_the_time",
    "9 one file reads a clock": "test_house test_one_file_reads_a_clock",
    "10 accepting is durable": (
        "stories/test_crashes test_a_web_process_killed_at_any_moment_loses_nothing"
    ),
    "10 a burst is stored, urgent first": (
        "stories/test_hostile test_a_flood_is_stored_first_and_decided_after_the_urgent_first"
    ),
    "10 what cannot be read is kept": (
        "stories/test_hostile test_what_is_authentic_but_unreadable_is_kept_for_somebody_to_see"
    ),
    "10 the unknown are paged": (
        "stories/test_tickets test_a_customer_nobody_knows_is_paged_by_the_unknown_plan"
    ),
    "11 nobody learns another's data": (
        "stories/test_paging test_a_number_nobody_knows_learns_nothing"
    ),
    "11 numbers and texts are not in the log": "stories/test_rules test_logs_name_no_number",
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_test(rule: str) -> None:
    file, _, name = RULES[rule].partition(" ")
    text = (TESTS / f"{file}.py").read_text("utf-8")
    assert re.search(rf"^(async )?def {name.strip()}\(", text, re.MULTILINE), RULES[rule]


def test_open_cases_wake(build: Build) -> None:
    """Broken once: without the review, a case with no other deadline could not even be saved."""
    world = build(policy=organisation.POLICY.replace("    - {after: 3d}\n", ""))

    def asleep() -> list[str]:
        rows = world.rows(
            "select id, state from cases where state <> 'closed' and"
            " (wake_at is null or wake_at <= $1)",
            world.now,
        )
        return [f"{row['id']} {row['state']}" for row in rows]

    held, paged, waiting, solved = (
        world.ticket(priority=p, organization=o)
        for p, o in (("low", "4112492"), ("urgent", "4112492"), ("low", "1"), ("low", "1"))
    )
    for ticket in (paged, waiting, solved):
        world.phone("anna").gets_sms(f"{ticket.case},")
    assert asleep() == []
    world.act(paged.case, "snooze", {"minutes": 30, "as": "anna"})
    waiting.changes(status="pending")
    solved.changes(status="solved")
    world.act(held.case, "acknowledge", {"as": "ben"})
    assert asleep() == []
    world.forward(hours=2)
    world.settle()
    assert asleep() == []
    for ticket in (held, paged, waiting, solved):
        ticket.changes(status="closed")
    world.forget_texts()


def test_a_replay_pages_nobody(world: World) -> None:
    """Broken once: `on conflict` taken from the intake and a time put into the outbox's key."""
    made = world.file()
    body = world.zendesk.event(made.ticket, "created", {})
    for _ in range(3):
        assert world.zendesk.post(body).status_code == 202
    code = world.phone("anna").gets_sms(made.case).code
    fields = {
        "From": world.phone("anna").number,
        "Body": f"2 {code}",
        "MessageSid": "SM" + "2" * 32,
    }
    answers = {world.twilio_posts("/twilio/sms", fields).text for _ in range(3)}
    assert len(answers) == 1
    world.phone("ben").gets_sms(made.case)
    assert made.pages() == ["anna", "ben"]


def test_only_an_answer_acknowledges(build: Build) -> None:
    """Broken once: a call that was picked up counted as an answer."""
    world = build()
    ticket = world.ticket(tags=["by-voice"])
    world.phone("carl").gets_sms(ticket.case)  # delivered, with a receipt
    world.forward(minutes=2)
    call = world.phone("carl").rings().answers("machine")
    call.hears("Press 1").hangs_up()
    (row,) = world.rows("select id from outbox where channel = 'voice' and kind = 'page'")
    sid = call.call.sid
    for fields in (
        {"CallSid": sid, "AnsweredBy": "human"},
        {"CallSid": sid, "CallStatus": "completed", "CallDuration": "30"},
        {"CallSid": sid, "CallStatus": "in-progress"},
    ):
        assert world.twilio_posts(f"/twilio/status/{row['id']}", fields).status_code == 204
    for path in (f"/twilio/page/{row['id']}", f"/twilio/page/{row['id']}/key"):
        assert world.http.get(f"{world.url}{path}").status_code in {404, 405}
        assert world.http.head(f"{world.url}{path}").status_code in {404, 405}
    ticket.changes(tags=["by-voice", "acknowledged"])
    ticket.agent_says("I am on it.")
    assert (ticket.state, ticket.owner) == ("paging", None)
    world.forward(minutes=8)
    world.phone("ben").gets_sms(ticket.case)


def test_nothing_is_said_that_is_not_written(build: Build) -> None:
    """Broken once: the answer said first, and the case acknowledged after it."""
    world = build()
    ticket = world.ticket()
    code = world.phone("anna").gets_sms(ticket.case).code
    world.rows(
        "create function away() returns trigger language plpgsql as"
        " $$ begin raise exception 'going down' using errcode = '57P01'; end $$"
    )
    world.rows("create trigger away before update on cases for each row execute function away()")
    said = world.phone("anna").replies(f"1 {code}").gets_sms("try again in a minute")
    assert "you have" not in said.body
    assert ticket.owner is None
    world.rows("drop trigger away on cases")
    world.phone("anna").replies(f"1 {code}").gets_sms("you have", ticket.case)
    assert ticket.owner == "anna"


def test_logs_name_no_number(build: Build) -> None:
    """Broken once: a refused row logged with its payload."""
    world = build(processes=True, settings={"LOG_LEVEL": "debug"})
    world.expects_error("contact_method_disabled")
    world.phone("anna").has(Trouble(Ailment.REFUSE, code=21211))
    ticket = world.ticket(subject="A secret of the customer")
    world.phone("grace").gets_sms("Anna", "no texts to")
    world.phone("ben").gets_sms(ticket.case).replies("1 a secret of ours")
    world.phone("ben").gets_sms("you have")
    world.standard({"id": "T-1", "requester": {"phone": "+14155550177"}, "priority": "low"})
    case = world.rows("select id from cases where ticket = 'T-1'")[0]["id"]
    wait_until(lambda: len(world.outbox("page")) > 2, lambda: str(world.outbox()))
    world.phone("ben").gets_sms(f"{case},")
    logs = "".join(log.read_text("utf-8") for log in world.folder.glob("*.log"))
    assert "contact_method_disabled" in logs
    for hidden in (
        *organisation.NUMBERS.values(),
        "14155550177",
        "secret",
        world.twilio.auth_token,
    ):
        assert hidden.removeprefix("+") not in logs
