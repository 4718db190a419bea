"""What happens to a ticket happens to its case, in whatever order we hear of it."""

from tests.stories.world import World


def test_a_solved_ticket_stands_everybody_down(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case)
    world.forward(minutes=5)
    world.phone("ben").gets_sms(ticket.case)
    ticket.changes(status="solved")
    assert ticket.state == "resolved"
    assert ticket.pages("stood_down") == ["ben"]
    world.forward(minutes=30)


def test_what_is_queued_for_a_solved_ticket_is_never_sent(world: World) -> None:
    world.worker.stop()
    ticket = world.ticket()
    assert world.outbox() == [f"{ticket.case}/1/anna/mobile/1 queued"]
    ticket.changes(status="solved")
    assert world.outbox() == [f"{ticket.case}/1/anna/mobile/1 cancelled"]
    world.worker.start()


def test_a_held_case_is_paged_as_soon_as_its_priority_is_raised(world: World) -> None:
    ticket = world.ticket(priority="low")
    assert ticket.state == "held"
    ticket.changes(priority="urgent")
    world.phone("anna").gets_sms(ticket.case, "LEVEL 1")
    assert ticket.view["severity"] == "L1"


def test_a_case_whose_priority_rises_while_it_is_paged_is_not_paged_twice(world: World) -> None:
    ticket = world.ticket(priority="high")
    world.phone("anna").gets_sms(ticket.case)
    ticket.changes(priority="urgent")
    assert ticket.pages() == ["anna"]


def test_a_reopened_ticket_is_paged_anew(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case).replies("1")
    world.phone("anna").gets_sms("you have")
    ticket.changes(status="solved")
    world.forward(hours=1)
    ticket.changes(status="open")
    assert (ticket.state, ticket.owner) == ("paging", None)
    world.phone("anna").gets_sms(ticket.case).replies("1")
    world.phone("anna").gets_sms("you have")
    ticket.changes(status="solved")
    ticket.customer_says("It is back.")
    world.phone("anna").gets_sms(ticket.case)


def test_a_solved_case_is_closed_when_nobody_comes_back(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case)
    ticket.changes(status="solved")
    world.forward(hours=49)
    assert ticket.state == "closed"
    assert ticket.view["wake_at"] is None


def test_our_own_notes_come_home_and_change_nothing(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case).replies("1")
    world.phone("anna").gets_sms("you have")
    ticket.has_note("Anna Lind has acknowledged")
    world.zendesk.echoes_came(2)  # the note, and our tag
    assert (ticket.state, ticket.owner) == ("acknowledged", "anna")
    assert not any(line.startswith("agent_comment") for line in ticket.timeline)
    assert [c["state"] for c in ticket.view["clocks"]] == ["running"]


def test_an_unresolved_case_goes_to_sustained_engineering(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case).replies("1")
    world.phone("anna").gets_sms("you have")
    ticket.agent_says("We are looking into it.")
    world.forward(hours=4)
    assert ticket.state == "engineering"
    world.phone("erik").gets_sms(ticket.case, "Engineering queue").replies("1")
    world.phone("erik").gets_sms(ticket.case)
    assert ticket.view["engineering"]["engineer"] == "erik"
    ticket.has_note("Sustained Engineering", public=True)
    ticket.has_note("Erik Haas has taken", ticket.case)
    assert ticket.ticket.status == "hold"


def test_a_responder_hands_his_page_to_sustained_engineering(world: World) -> None:
    ticket = world.ticket()
    world.phone("anna").gets_sms(ticket.case).replies("3")
    world.phone("anna").gets_sms("with Sustained Engineering")
    world.phone("erik").gets_sms(ticket.case)
    assert ticket.state == "engineering"


def test_the_same_webhook_again_changes_nothing(world: World) -> None:
    made = world.file()
    body = world.zendesk.event(made.ticket, "created", {})
    first = world.zendesk.post(body)
    again = [world.zendesk.post(body) for _ in range(3)]
    assert first.json() == {"case": made.case, "duplicate": False}
    assert all(a.json() == {"case": made.case, "duplicate": True} for a in again)
    world.phone("anna").gets_sms(made.case)


def test_webhooks_in_the_wrong_order_end_where_the_ticket_is(world: World) -> None:
    made = world.file(priority="low")
    zendesk, ticket = world.zendesk, made.ticket
    bodies = [zendesk.event(ticket, "created", {})]
    for status, priority in (("open", "urgent"), ("solved", "urgent")):
        world.forward(seconds=2)
        zendesk.change(ticket, {"status": status, "priority": priority})
        bodies.append(zendesk.event(ticket, "status_changed", {}))
    for body in (bodies[2], bodies[0], bodies[1]):
        assert zendesk.post(body).status_code == 202
    assert made.state == "resolved"
    assert made.view["severity"] == "L1"
    assert made.pages() == []


def test_a_customer_nobody_knows_is_paged_by_the_unknown_plan(world: World) -> None:
    ticket = world.ticket(organization="31337")
    world.phone("anna").gets_sms(ticket.case)
    assert (ticket.view["account"], ticket.view["plan"]) == (None, "unknown")


def test_identity_is_told_by_contact_then_domain_and_never_by_a_free_mail_domain(
    world: World,
) -> None:
    asked = {
        "T-1": ("mia.ford@gmail.com", "cedar"),
        "T-2": ("Mallory@GMAIL.com", None),
        "T-3": ("anyone@Borealis.example", "borealis"),
        "T-4": ("ada@acme.example.evil.example", None),
        "T-5": ("ada@acme.example", "acme"),
    }
    for name, (email, account) in asked.items():
        answer = world.standard(
            {"id": name, "priority": "urgent", "requester": {"name": "R", "email": email}}
        )
        case = answer.json()["case"]
        assert world.get(f"/cases/{case}")["account"] == account
        world.phone("anna").gets_sms(case)
