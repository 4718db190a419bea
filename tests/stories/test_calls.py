"""A page by telephone: what it says is true when it is said, and a key counts once."""

from notifiers.twilio.twiml_check import check
from tests.stories.world import Ticket, World


def by_voice(world: World) -> Ticket:
    """A ticket for Carl, who was texted, and is rung two minutes later."""
    ticket = world.ticket(tags=["by-voice"])
    world.phone("carl").gets_sms(ticket.case)
    return ticket


def call_row(world: World, ticket: Ticket) -> int:
    (row,) = world.rows(
        "select id from outbox where case_id = $1 and kind = 'page' and channel = 'voice'",
        ticket.case,
    )
    return int(row["id"])


def hears(world: World, path: str, **fields: str) -> str:
    """The TwiML we answer a request of Twilio's with; it must be what Twilio can do."""
    answer = world.twilio_posts(path, {"CallSid": "CA" + "7" * 32, **fields})
    assert answer.status_code == 200, answer.text
    assert check(answer.content) == []
    return answer.text


def test_a_key_takes_the_case(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings().answers()
    call.hears("Heliograph page for Carl Ek", "Acme Corp", "Press 1 to take it")
    call.presses("5").hears("is paging, nobody has it").hears("Press 1 to take it")
    call.presses("9").hears("Press 1 to take it").presses("1").hears("you have", ticket.case)
    call.ends("completed")
    assert (ticket.state, ticket.owner) == ("acknowledged", "carl")


def test_a_text_that_takes_the_case_stops_the_ringing(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    world.phone("carl").replies("1").gets_sms("you have", ticket.case)
    call.ends("canceled")
    assert (ticket.state, ticket.owner) == ("acknowledged", "carl")


def test_who_picks_up_too_late_hears_who_has_it(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    row = call_row(world, ticket)
    assert "<Gather" in hears(world, f"/twilio/page/{row}")
    world.act(ticket.case, "acknowledge", {"as": "ben"})
    call.ends("canceled")
    said = hears(world, f"/twilio/page/{row}")
    since = ticket.view["owner_since"]
    assert f"Ben Okafor has {ticket.case}" in said
    assert f"since {since[11:16]} UTC" in said
    assert "<Gather" not in said
    assert "Ben Okafor has" in hears(world, f"/twilio/page/{row}/key", Digits="1")
    assert ticket.owner == "ben"
    ticket.changes(status="solved")
    said = hears(world, f"/twilio/page/{row}")
    assert "was resolved" in said
    assert "<Gather" not in said


def test_who_has_it_already_is_told_so_and_who_is_not_asked_any_more_too(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    row = call_row(world, ticket)
    ticket.changes(status="pending")
    call.ends("canceled")
    assert "Nobody has to answer this page any more" in hears(world, f"/twilio/page/{row}")
    world.act(ticket.case, "acknowledge", {"as": "carl"})
    assert f"You have {ticket.case}" in hears(world, f"/twilio/page/{row}")


def test_the_same_key_of_the_same_call_is_answered_the_same_and_counts_once(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    row = call_row(world, ticket)
    first = hears(world, f"/twilio/page/{row}/key", Digits="2", To="+46701740607")
    assert "declined" in first
    world.phone("ben").gets_sms(ticket.case)
    assert hears(world, f"/twilio/page/{row}/key", Digits="2", To="+46701740607") == first
    assert sum(line.startswith("declined:") for line in ticket.timeline) == 1
    assert ticket.pages("open") == ["ben"]
    call.ends("canceled")


def test_a_machine_that_answers_takes_nothing(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings().answers("machine")
    call.hears("Heliograph page for Carl Ek").hangs_up()
    assert (ticket.state, ticket.owner) == ("paging", None)
    world.forward(minutes=8)
    world.phone("ben").gets_sms(ticket.case)


def test_a_wrong_signature_hears_nothing(world: World) -> None:
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    path = f"/twilio/page/{call_row(world, ticket)}/key"
    answer = world.twilio_posts(path, {"CallSid": "CA1", "Digits": "1"}, token="wrong")
    assert answer.status_code == 403
    assert (ticket.state, ticket.owner) == ("paging", None)
    call.declines()
    world.forward(minutes=1)
    world.phone("ben").gets_sms(ticket.case)


def test_a_text_that_declines_stops_the_ringing(world: World) -> None:
    """Broken once: Carl's phone rang on for a case he had just declined."""
    ticket = by_voice(world)
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    world.phone("carl").replies("2").gets_sms("DECLINE", ticket.case)
    call.ends("canceled")
    world.phone("ben").gets_sms(ticket.case)


def test_one_call_speaks_for_all_that_is_open_and_nine_takes_it(world: World) -> None:
    tickets = [by_voice(world) for _ in range(3)]
    world.forward(minutes=2)
    call = world.phone("carl").rings()
    later = world.ticket(tags=["by-voice"], priority="normal")
    world.phone("carl").gets_sms(later.case)
    call.answers().hears("And 3 more cases are open for you", "9 to take all 4")
    last = world.ticket(tags=["by-voice"])
    world.phone("carl").gets_sms(last.case)
    call.presses("9").hears("You have 4 cases").ends("completed")
    assert {ticket.owner for ticket in (*tickets, later)} == {"carl"}
    assert (last.state, last.owner) == ("paging", None)
    world.forward(minutes=2)
    world.phone("carl").rings().declines()
    world.forward(minutes=1)
    world.phone("ben").gets_sms(last.case)


def test_one_takes_the_case_that_was_spoken_and_no_other(world: World) -> None:
    tickets = [by_voice(world)]
    world.forward(seconds=20)
    tickets.append(by_voice(world))
    world.forward(seconds=110)  # the first rings, the second is not due yet
    call = world.phone("carl").rings().answers().hears("And 1 more case is open for you")
    world.forward(seconds=15)  # it waits for the end of the call
    call.presses("1").hears("you have").ends("completed")
    assert sorted(str(ticket.owner) for ticket in tickets) == ["None", "carl"]
    other = world.phone("carl").rings()
    world.phone("carl").replies("1").gets_sms("you have")
    other.ends("canceled")


def test_who_is_rung_for_what_another_has_hears_what_else_is_open(world: World) -> None:
    first, second = by_voice(world), by_voice(world)
    world.worker.stop()
    world.leap(minutes=2)
    world.worker.start()  # both are due before either is sent, so they share the call
    call = world.phone("carl").rings()
    row = call_row(world, first)
    world.act(first.case, "acknowledge", {"as": "ben"})
    said = hears(world, f"/twilio/page/{row}")
    assert f"Ben Okafor has {first.case}" in said
    assert "<Gather" in said
    assert f"/twilio/page/{call_row(world, second)}/key" in said
    world.act(second.case, "acknowledge", {"as": "ben"})
    call.ends("canceled")
    assert "<Gather" not in hears(world, f"/twilio/page/{row}")
