"""From a ticket to an answered page, and who is asked when nobody answers."""

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
