"""Accounts and people over the API."""

import json

import pytest

from tests.service.web.world import Json, World

NEW = {"name": "Delta Mills", "plan": "e20", "domains": ["delta.example"], "pin": "730164"}


async def put(
    world: World, path: str, body: object, *, role: str = "admin", person: str | None = None
) -> tuple[int, Json]:
    answer = await world.ask("PUT", path, body, role=role, person=person)
    return answer.status_code, answer.json()


async def test_what_is_read_can_be_written_back(world: World) -> None:
    for path in ("/accounts/acme", "/people/anna"):
        before = await world.get(path)
        assert await put(world, path, before) == (200, before)
        assert await world.get(path) == before
    assert (await world.get("/people/anna"))["contact_rules"]["urgent"] == [
        {"method": "mobile", "after": "0s"},
        {"method": "call", "after": "2m"},
    ]


async def test_repetitions_quiet_hours_and_language_are_kept_and_told(world: World) -> None:
    ben = await world.get("/people/ben")
    call = {"method": "mobile", "after": "2m", "repeat": 2, "every": "3m"}
    ben |= {"contact_rules": {"urgent": [call]}, "language": "sv"}
    ben["quiet_hours"] = ["daily 22:00-07:00"]
    status, told = await put(world, "/people/ben", ben)
    assert (status, told["contact_rules"]) == (200, {"urgent": [call]})
    assert (told["quiet_hours"], told["language"]) == (["daily 22:00-07:00"], "sv")
    for rule, wrong in (
        ({**call, "repeat": 11}, "from 0 to 10"),
        ({**call, "every": "30s"}, "a minute at least"),
        ({"method": "mobile", "every": "5m"}, "say `repeat` as well"),
    ):
        status, told = await put(world, "/people/ben", {**ben, "contact_rules": {"urgent": [rule]}})
        assert (status, wrong in str(told)) == (422, True)
    for member, value in (("language", "swedish!"), ("quiet_hours", ["nightly"])):
        assert (await put(world, "/people/ben", {**ben, member: value}))[0] == 422


async def test_a_new_account_is_found_by_its_domain_from_now_on(world: World) -> None:
    requester = {"email": "eva@delta.example"}
    assert await put(world, "/accounts/delta", NEW, role="sales") == (
        201,
        {"id": "delta", "status": "active", **NEW},
    )
    case = await world.ticket(organization={}, requester=requester, priority="urgent")
    assert (await world.get(f"/cases/{case}"))["account"] == "delta"


async def test_a_changed_telephone_is_paged_from_now_on(world: World) -> None:
    ben = await world.get("/people/ben")
    ben["contact_methods"][0]["address"] = "+46 70 174 06 20"
    status, told = await put(world, "/people/ben", ben, role="manager", person="grace")
    assert (status, told["contact_methods"][0]["address"]) == (200, "+46701740620")
    case = await world.ticket(priority="urgent")
    await world.act(case, "decline")
    async with world.service.pool.acquire() as conn:
        to = await conn.fetchval("select payload->>'to' from outbox where person = 'ben'")
    assert to == "+46701740620"


async def test_plans_are_changed_by_sales_alone(world: World) -> None:
    """R3, R4."""
    acme = await world.get("/accounts/acme")
    dearer = {**acme, "plan": "e20"}
    status, told = await put(world, "/accounts/acme", dearer, role="manager", person="grace")
    assert status == 403
    assert "acme (premier to e20)" in told["detail"]
    status, told = await put(world, "/accounts/delta", NEW, role="manager", person="grace")
    assert (status, "delta (new to e20)" in told["detail"]) == (403, True)
    named = {**acme, "name": "Acme Inc"}
    assert (await put(world, "/accounts/acme", named, role="manager", person="grace"))[0] == 200
    assert (await put(world, "/accounts/acme", {**named, "plan": "e20"}, role="sales"))[0] == 200
    assert (await world.get("/accounts/acme"))["plan"] == "e20"


async def test_what_names_another_account_is_a_conflict(world: World) -> None:
    status, told = await put(world, "/accounts/delta", {**NEW, "domains": ["acme.example"]})
    assert status == 409
    assert "acme.example belongs to acme and delta" in told["detail"]
    assert (await world.ask("GET", "/accounts/delta")).status_code == 404


async def test_who_sees_what_of_an_account(world: World) -> None:
    for role, person, pin, phone in (
        ("manager", "grace", True, True),
        ("sales", None, True, True),
        ("responder", "anna", False, True),
        ("viewer", None, False, False),
        ("csm", "cleo", False, False),
    ):
        told = await world.get("/accounts/acme", role=role, person=person)
        assert (role, "pin" in told) == (role, pin)
        assert (role, told["contacts"][0]["phone"] == "+14155550101") == (role, phone)
    answer = await world.ask("GET", "/accounts/borealis", role="csm", person="cleo")
    assert (answer.status_code, "Borealis" in answer.text) == (403, False)
    own = await world.get("/accounts", role="csm", person="cleo")
    assert [a["id"] for a in own["items"]] == ["acme"]


async def test_who_sees_the_addresses_of_a_person(still: World) -> None:
    for role, person, seen in (
        ("manager", "grace", True),
        ("responder", "anna", True),
        ("responder", "ben", False),
        ("viewer", None, False),
    ):
        told = await still.get("/people/anna", role=role, person=person)
        shown = told["contact_methods"][0]["address"]
        assert (person, shown) == (person, "+46701740605" if seen else "+4670***05")


async def test_lists_come_in_pages(still: World) -> None:
    first = await still.get("/people?limit=4")
    second = await still.get(f"/people?limit=4&cursor={first['next']}")
    names = [p["id"] for p in first["items"] + second["items"]]
    assert names == ["anna", "ben", "carl", "cleo", "erik", "grace"]
    assert second["next"] is None
    assert [a["id"] for a in (await still.get("/accounts"))["items"]] == ["acme", "borealis"]


async def test_a_document_is_taken_whole_be_it_yaml_or_json(world: World) -> None:
    people = [{"id": "dora", "name": "Dora 😀 \u202e"}]
    escaped = json.dumps({"people": people})
    assert "\\ud83d" in escaped
    for content, kind in (
        (escaped, "application/json"),
        ("people:\n  - {id: emil, name: Emil}\n", "application/yaml"),
        ("people: [{id: emma, name: Emma}]", "text/plain; charset=utf-8"),
    ):
        answer = await world.ask(
            "POST", "/directory", content=content, headers={"content-type": kind}
        )
        assert answer.json() == {"accounts": 0, "people": 1, "new": 1, "notices": []}
    assert (await world.get("/people/dora"))["name"] == people[0]["name"]
    assert (await world.get("/people/emil"))["name"] == "Emil"


async def test_a_document_with_a_fault_changes_nothing_and_every_fault_is_told(
    world: World,
) -> None:
    text = """
people:
  - {id: dora, name: Dora}
  - {id: emil, nam: Emil, contact_methods: [{id: m, type: pigeon, address: x}]}
"""
    headers = {"content-type": "application/yaml"}
    answer = await world.ask("POST", "/directory", content=text, headers=headers)
    assert answer.status_code == 422
    problems = answer.json()["errors"]
    assert len(problems) >= 3
    assert {p["line"] for p in problems} == {4}
    assert "Nothing was changed" in answer.json()["detail"]
    assert (await world.ask("GET", "/people/dora")).status_code == 404


async def test_sales_writes_no_people(world: World) -> None:
    document = {"people": [{"id": "dora", "name": "Dora"}]}
    answer = await world.ask("POST", "/directory", document, role="sales")
    assert (answer.status_code, "by managers alone" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    ("path", "content", "status", "words"),
    [
        ("/accounts/acme", {"id": "other", "name": "A", "plan": "e10"}, 422, "the path names"),
        ("/accounts/acme", {"name": "A", "plan": "e10", "colour": "red"}, 422, "colour"),
        ("/accounts/acme", {"name": "A"}, 422, "plan"),
        ("/accounts/acme", {"name": ["A"], "plan": {"id": "e10"}}, 422, "name"),
        ("/accounts/acme", {"name": "A\0", "plan": "e10"}, 422, "NUL"),
        ("/accounts/acme", ["acme"], 422, "no JSON object"),
        ("/accounts/..%2Facme", {"name": "A", "plan": "e10"}, 404, "nothing"),
        ("/accounts/a%20b", {"name": "A", "plan": "e10"}, 422, "is no id"),
        ("/accounts/acme", {"name": "A", "plan": "e10", "pin": "12"}, 422, "PIN"),
        ("/people/anna", {"name": "A", "roles": ["king"]}, 422, "king"),
        ("/people/anna", {"name": "A", "time_zone": "Mars/Olympus"}, 422, "Mars/Olympus"),
        (
            "/people/anna",
            {"name": "A", "contact_methods": [{"id": "m", "type": "sms", "address": "12"}]},
            422,
            "12",
        ),
    ],
)
async def test_what_cannot_be_written(
    still: World, path: str, content: object, status: int, words: str
) -> None:
    code, told = await put(still, path, content)
    assert (code, words in told["detail"]) == (status, True)


async def test_a_body_beyond_measure_is_413(still: World) -> None:
    name = "x" * (1 << 20)
    status, told = await put(still, "/accounts/acme", {"name": name, "plan": "e10"})
    assert (status, "larger than is read here" in told["detail"]) == (413, True)
