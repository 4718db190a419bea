"""From a ticket to an answered page, and who is asked when nobody answers."""

from notifiers.simulator.records import Ailment, Trouble
from tests.stories.world import World


def test_a_ticket_pages_a_person_whose_one_makes_him_its_owner(world: World) -> None:
    ticket = world.ticket(subject="Login fails for everyone")
    text = world.phone("anna").gets_sms("Acme Corp", "Login fails for everyone", ticket.case)
    assert ticket.state == "paging"
    text.replies("1")
    world.phone("anna").gets_sms("you have", ticket.case)
    assert (ticket.state, ticket.owner) == ("acknowledged", "anna")
    ticket.has_note("Anna Lind has acknowledged", ticket.case)
    world.forward(minutes=20)


def test_silence_goes_round_by_round_to_the_duty_manager(world: World) -> None:
    ticket = world.ticket()
    for person in ("anna", "ben", "erik") * 2:
        world.phone(person).gets_sms(ticket.case)
        assert ticket.pages("open") == [person]
        world.forward(minutes=5)
    assert ticket.state == "exhausted"
    world.phone("grace").gets_sms(ticket.case)
    ticket.has_note("Nobody on call has answered")
    world.forward(minutes=30)
    world.phone("grace").gets_sms(ticket.case).replies("ack")
    world.phone("grace").gets_sms("you have")
    assert (ticket.state, ticket.owner) == ("acknowledged", "grace")


def test_who_declines_is_followed_at_once_and_not_asked_again_in_that_round(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case).replies("2")
    world.phone("anna").gets_sms("declined", "Paging Ben Okafor now")
    world.phone("ben").gets_sms(ticket.case).replies("decline")
    world.phone("ben").gets_sms("declined", "Erik Haas")
    world.phone("erik").gets_sms(ticket.case)
    world.forward(minutes=5)
    world.phone("anna").gets_sms(ticket.case)  # the second round


def test_a_refused_number_is_passed_over_at_once_and_not_tried_again(world: World) -> None:
    world.expects_error("contact_method_disabled")
    world.phone("anna").has(Trouble(Ailment.REFUSE, code=21211))
    first = world.ticket()
    world.phone("ben").gets_sms(first.case)
    world.phone("grace").gets_sms("Anna", "no texts to", "not reached by anything now")
    assert first.pages("unreachable") == ["anna"]
    world.phone("anna").has(None)
    second = world.ticket()
    world.phone("ben").gets_sms(second.case)


def test_a_text_the_carrier_does_not_deliver_passes_the_page_on_at_once(world: World) -> None:
    world.phone("anna").has(Trouble(Ailment.UNDELIVERED, code=30003, times=1))
    ticket = world.ticket()
    world.phone("ben").gets_sms(ticket.case)
    assert ticket.pages("unreachable") == ["anna"]
    assert any("30003" in line for line in ticket.timeline)
    world.phone("anna").misses_sms(ticket.case)


def test_who_texts_stop_is_not_texted_until_start(world: World) -> None:
    world.expects_error("contact_method_disabled")
    anna = world.phone("anna").replies("STOP")
    anna.gets_sms("unsubscribed")
    world.phone("grace").gets_sms("Anna", "opted out with STOP")  # it may not have been she
    first = world.ticket()
    world.phone("ben").gets_sms(first.case)
    anna.replies("START").gets_sms("re-subscribed")
    second = world.ticket()
    anna.gets_sms(second.case)


def test_who_answers_late_is_told_the_truth(world: World) -> None:
    ticket = world.ticket()
    anna = world.phone("anna").gets_sms(ticket.case)
    world.forward(minutes=5)
    world.phone("ben").gets_sms(ticket.case).replies("1")
    world.phone("ben").gets_sms("you have")
    anna.replies("1").gets_sms("Ben Okafor has", ticket.case, "since")
    assert ticket.owner == "ben"
    ticket.changes(status="solved")
    anna.replies("1").gets_sms("was resolved", "nothing left to do")


def test_a_late_answer_counts_while_nobody_else_has_answered(world: World) -> None:
    ticket = world.ticket()
    anna = world.phone("anna").gets_sms(ticket.case)
    world.forward(minutes=5)
    world.phone("ben").gets_sms(ticket.case)
    anna.replies("1").gets_sms("you have", ticket.case)
    assert ticket.pages("stood_down") == ["ben"]
    world.forward(minutes=20)


def test_a_reply_without_a_page_changes_nothing(world: World) -> None:
    world.phone("ben").replies("1").gets_sms("There is no page for this phone")
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case)
    world.phone("ben").replies("1").gets_sms("There is no page for this phone")
    assert ticket.state == "paging"


def test_a_number_nobody_knows_learns_nothing(world: World) -> None:
    ticket = world.ticket()
    code = world.phone("anna").gets_sms(ticket.case).code
    answer = world.phone("stranger").replies(f"1 {code}").gets_sms("belongs to nobody on call")
    assert "Acme" not in answer.body
    assert ticket.case not in answer.body
    assert ticket.state == "paging"


def test_a_loop_of_machines_starves(world: World) -> None:
    stranger = world.phone("stranger")
    for _ in range(6):
        stranger.replies("I am a machine").gets_sms("belongs to nobody")
    stranger.replies("I am a machine")  # and leaving the world finds no further text
    stranger.replies("I am a machine")
