"""Our own writing comes home: known by who did it, kept as a fact, and never news to anybody."""

from tests.stories.world import Ticket, World


def in_engineering(world: World) -> Ticket:
    """A case that Erik has in Sustained Engineering, all of its writing come home."""
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case).replies("3")
    world.phone("anna").gets_sms("with Sustained Engineering")
    world.phone("erik").gets_sms(ticket.case).replies("1")
    world.phone("erik").gets_sms("you have")
    ticket.has_note("Erik Haas has taken", ticket.case)
    world.settle()
    world.zendesk.settle()
    return ticket


def facts(world: World, ticket: Ticket) -> str:
    (row,) = world.rows(
        "select body->'ticket'->>'status' as s from cases where id = $1", ticket.case
    )
    return str(row["s"])


def test_our_own_on_hold_comes_home_as_a_fact_and_moves_nothing(world: World) -> None:
    ticket = in_engineering(world)
    assert ticket.ticket.status == "hold"
    assert facts(world, ticket) == "on_hold"
    assert (ticket.state, ticket.pages("stood_down")) == ("engineering", [])
    assert not any(line.startswith(("status:", "agent_comment")) for line in ticket.timeline)
    assert any(line.startswith("echo:") for line in ticket.timeline)


def test_an_agents_open_after_our_on_hold_is_heard_and_leaves_it_with_engineering(
    world: World,
) -> None:
    ticket = in_engineering(world)
    world.forward(seconds=5)
    ticket.changes(status="open")
    assert "status: the ticket is open" in ticket.timeline
    assert facts(world, ticket) == "open"
    assert ticket.state == "engineering"
    world.forward(seconds=5)
    ticket.changes(status="solved")
    assert ticket.state == "resolved"


def test_what_an_agent_did_is_not_lost_when_our_echo_tells_of_it_first(world: World) -> None:
    """The echo holds the whole ticket, under a version that makes the agent's own event old."""
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case)
    zendesk = world.zendesk
    world.forward(seconds=5)
    zendesk.change(ticket.ticket, {"status": "solved"})
    solved = zendesk.event(ticket.ticket, "status_changed", {"current": "SOLVED"})
    world.forward(seconds=5)
    note = zendesk.comment(ticket.ticket, "A note of ours.", "900", public=False)
    echo = zendesk.event(ticket.ticket, "comment_added", {"comment": note}, actor="900")
    assert zendesk.post(echo).status_code == 202
    assert zendesk.post(solved).status_code == 202
    assert ticket.state == "resolved"


def test_an_on_hold_of_ours_that_comes_late_quiets_no_page(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case)
    world.forward(seconds=5)
    world.zendesk.change(ticket.ticket, {"status": "hold"})
    event = {"current": "HOLD", "previous": "OPEN"}
    echo = world.zendesk.event(ticket.ticket, "status_changed", event, actor="900")
    assert world.zendesk.post(echo).status_code == 202
    assert (ticket.state, facts(world, ticket)) == ("paging", "new")
    hold = world.zendesk.event(ticket.ticket, "status_changed", event)
    world.zendesk.post(hold)
    assert ticket.state == "waiting"
