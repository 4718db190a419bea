"""Twenty pages on one phone: codes tell them apart, and ACK ALL takes them all."""

from tests.stories.world import World


def test_twenty_pages_on_one_phone(world: World) -> None:
    tickets = [world.ticket(subject=f"Fault {n}") for n in range(20)]
    anna = world.phone("anna")
    codes = [anna.gets_sms(f"{t.case},").code for t in tickets]
    assert len(set(codes)) == 20

    anna.replies("1").gets_sms("Which one?", codes[-1])
    assert {t.state for t in tickets} == {"paging"}
    anna.replies(f"1 {codes[7]}").gets_sms(f"ACK {codes[7]}: you have {tickets[7].case}")
    anna.replies(f"2 {codes[3]}").gets_sms(f"DECLINE {codes[3]}")
    world.phone("ben").gets_sms(tickets[3].case)
    anna.replies("1 0000").gets_sms("No page on this phone has the code 0000")
    assert sum(t.owner == "anna" for t in tickets) == 1

    answer = anna.replies("ACK ALL").gets_sms("ACK ALL, 18 cases")
    assert all(t.case in answer.body for t in tickets if t not in {tickets[3], tickets[7]})
    assert {t.owner for t in tickets if t is not tickets[3]} == {"anna"}
    assert tickets[3].state == "paging"
    anna.replies("ACK ALL").gets_sms("No page is open on this phone")
    anna.replies(f"R {codes[0]}").gets_sms(f"RESOLVE {codes[0]}", "is resolved")
    anna.replies("R").gets_sms("Which one?")
    assert [t.state for t in tickets[:2]] == ["resolved", "acknowledged"]


def test_every_form_of_answer_is_taken(world: World) -> None:
    anna = world.phone("anna")
    for form in ("1 {}", "ack {}", "A{}", "ok, {}!", "\U0001f44d", "Ack-{}", "1 #{}", "{} "):
        ticket = world.ticket()
        code = anna.gets_sms(ticket.case).code
        anna.replies(form.format(code))
        if form == "{} ":  # a code alone says nothing
            anna.gets_sms("What about", ticket.case)
            anna.replies(f"R {code}").gets_sms("is resolved")
            continue
        anna.gets_sms(f"ACK {code}: you have {ticket.case}")
        ticket.has_note("Anna Lind has acknowledged")
        anna.replies(f"?{code}").gets_sms("acknowledged", "Anna Lind has it")
        ticket.changes(status="solved")
