"""What the ticket is told: in order, and once, whatever happens to us meanwhile."""

from tests.stories.conftest import Build
from tests.stories.house import WorkerProcess, wait_until
from tests.stories.world import Ticket, World


def notes(ticket: Ticket) -> list[str]:
    return [c["body"].split("\n")[0] for c in ticket.ticket.comments]


def test_the_notes_of_a_case_arrive_in_the_order_they_were_decided(world: World) -> None:
    ticket = world.ticket()
    text = world.phone("anna").gets_sms(ticket.case)
    world.zendesk.refusals += [503]
    text.replies("1")
    world.phone("anna").gets_sms("you have")
    for number in range(4):
        world.act(ticket.case, "note", {"text": f"Step {number} is done.", "as": "anna"})
    world.act(ticket.case, "engineering", {"reason": "a defect", "as": "anna"})
    world.phone("erik").gets_sms(ticket.case)
    world.forward(minutes=1)
    ticket.has_note("is with Sustained Engineering: a defect")
    assert notes(ticket) == [
        f"Anna Lind has acknowledged {ticket.case} and owns it.",
        *(f"Anna Lind: Step {number} is done." for number in range(4)),
        "Your case is now with our Sustained Engineering team for review.",
        f"{ticket.case} is with Sustained Engineering: a defect",
    ]
    assert ticket.ticket.tags == ["heliograph", "heliograph-engineering"]
    assert world.zendesk.refusals == []


def test_a_worker_that_dies_between_writing_and_noting_it_writes_nothing_twice(
    build: Build,
) -> None:
    world = build(processes=True)
    ticket = world.ticket()
    text = world.phone("anna").gets_sms(ticket.case)
    world.zendesk.answers = False
    text.replies("1")
    world.phone("anna").gets_sms("you have")
    ticket.has_note("Anna Lind has acknowledged")
    assert isinstance(world.worker, WorkerProcess)
    world.worker.kill()
    world.zendesk.answers = True
    assert world.outbox("write") == [f"{ticket.case}/write/1 sending"]
    world.worker.start()
    world.lapse()
    wait_until(
        lambda: world.outbox("write") == [f"{ticket.case}/write/1 delivered"],
        lambda: f"it was not settled: {world.outbox('write')}",
    )
    assert notes(ticket) == [f"Anna Lind has acknowledged {ticket.case} and owns it."]
