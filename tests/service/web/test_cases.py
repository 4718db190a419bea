"""Cases over the API: what a case carries, lists and their cursors, timelines."""

from tests.service.web.world import World


async def test_a_case_carries_what_the_contract_names(world: World) -> None:
    name = await world.ticket(
        "4711",
        subject="Login fails <b>for</b> everyone",
        priority="urgent",
        url="https://desk.example/4711",
        requester={"name": "Ada Byron", "email": "ada@acme.example", "phone": "+14155550101"},
    )
    case = await world.get(f"/cases/{name}")
    assert {
        "id": name, "source": "standard", "ticket": "4711", "account": "acme", "plan": "premier",
        "severity": "L1", "state": "paging", "owner": None, "acting_region": "emea",
        "policy_version": "small@1", "engineering": None, "route": "everything",
        "subject": "Login fails <b>for</b> everyone", "url": "https://desk.example/4711",
        "opened_at": "2026-03-02T10:00:00Z", "account_name": "Acme Corp",
    }.items() <= case.items()  # fmt: skip
    assert case["wake_at"] == "2026-03-02T10:02:00Z"
    assert case["ticket_details"]["requester"]["email"] == "ada@acme.example"
    first = next(c for c in case["clocks"] if c["metric"] == "first_reply")
    assert first["state"] == "running"
    assert first["due_at"] == "2026-03-02T11:00:00Z"
    assert first["remaining_seconds"] == 3600
    print(case)
