"""Accounts and people as documents bring them in."""

from datetime import UTC, datetime

import pytest

from routing.language.problems import DirectoryErrors
from routing.people import Account, Person
from service import directory, policies
from service.clock import FixedClock
from service.matching import look_up
from service.policyfile.load import read_directory, sample
from service.store import codec
from service.store.pool import Pool
from service.store.sql import query

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CLOCK = FixedClock(NOW)
ACME = """
accounts:
  - id: acme
    name: Acme Corp
    plan: premier
    domains: [acme.example]
    external_ids: {zendesk: "4112492"}
    pin: "482915"
    contacts: [{name: Ada Byron, email: ada@acme.example, phone: "+14155550101"}]
people:
  - id: anna
    name: Anna Lind
    contact_methods: [{id: mobile, type: sms, address: "+46701740605", verified: true}]
"""


async def bring(pool: Pool, text: str, *, plans: bool = True) -> directory.Done:
    return await directory.bring_in(pool, CLOCK, text, "directory.yaml", "grace", plans=plans)


async def account(pool: Pool, name: str) -> Account | None:
    async with pool.acquire() as conn:
        body = await conn.fetchval(query("account_by_id"), name)
    return codec.decode_account(body) if body else None


async def person(pool: Pool, name: str) -> Person:
    async with pool.acquire() as conn:
        return codec.decode_person(await conn.fetchval(query("person_by_id"), name))


async def test_a_document_is_written_and_found_again(pool: Pool) -> None:
    done = await bring(pool, ACME)
    assert (done.accounts, done.people, done.new) == (1, 1, 2)
    keys = [("domain", "acme.example"), ("ext:zendesk", "4112492"), ("pin", "482915")]
    async with pool.acquire() as conn:
        found = await look_up(conn, [*keys, ("email", "ada@acme.example")])
        generation = await conn.fetchval(query("generation"))
    assert {a.id for accounts in found.accounts.values() for a in accounts} == {"acme"}
    assert len(found.accounts) == 4
    assert generation == 2
    assert await account(pool, "acme") == read_directory(ACME, "x").accounts["acme"]


async def test_the_shipped_sample_fits_the_shipped_policy(pool: Pool) -> None:
    await policies.apply(pool, CLOCK, sample("policy.yaml"), "policy.yaml", "grace")
    assert (await bring(pool, sample("directory.yaml"))).notices == ()


async def test_a_changed_account_is_not_found_by_what_it_was(pool: Pool) -> None:
    await bring(pool, ACME)
    done = await bring(pool, ACME.replace("acme.example]", "acme.test]"))
    assert done.new == 0
    async with pool.acquire() as conn:
        assert (await look_up(conn, [("domain", "acme.example")])).accounts == {}


async def test_what_a_document_leaves_out_stays(pool: Pool) -> None:
    await bring(pool, ACME)
    await bring(pool, "people: [{id: ben, name: Ben Okafor}]")
    assert await account(pool, "acme") is not None
    assert (await person(pool, "anna")).name == "Anna Lind"


async def test_one_wrong_word_and_nothing_is_written(pool: Pool) -> None:
    with pytest.raises(DirectoryErrors, match="colour"):
        await bring(pool, ACME + "  - {id: ben, name: Ben, colour: red}\n")
    assert await account(pool, "acme") is None


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("domains: [acme.example]", "domain acme.example belongs to acme and other"),
        ('external_ids: {zendesk: "4112492"}', "zendesk id 4112492 belongs to acme and other"),
        ('pin: "482915"', "a PIN belongs to acme and other"),
    ],
)
async def test_what_names_one_account_cannot_name_another(
    pool: Pool, member: str, words: str
) -> None:
    await bring(pool, ACME)
    with pytest.raises(directory.DirectoryConflict, match=words):
        await bring(pool, f"accounts: [{{id: other, name: Other, plan: e10, {member}}}]")
    assert await account(pool, "other") is None


async def test_a_contact_may_speak_for_two_accounts(pool: Pool) -> None:
    await bring(pool, ACME)
    contact = "contacts: [{name: Ada Byron, email: ada@acme.example}]"
    await bring(pool, f"accounts: [{{id: other, name: Other, plan: e10, {contact}}}]")
    assert await account(pool, "other") is not None


@pytest.mark.parametrize("rule", ["R3", "R4"])
async def test_plans_are_of_the_sales_side(pool: Pool, rule: str) -> None:
    """R3: a plan is set by a sales-side change alone. R4: likewise for the dearest."""
    plan = {"R3": "e20", "R4": "premier-plus"}[rule]
    with pytest.raises(directory.PlanRefused, match="acme"):
        await bring(pool, ACME, plans=False)
    await bring(pool, ACME)
    await bring(pool, ACME.replace("Acme Corp", "Acme Inc"), plans=False)
    with pytest.raises(directory.PlanRefused, match=f"premier to {plan}"):
        await bring(pool, ACME.replace("premier", plan), plans=False)
    found = await account(pool, "acme")
    assert found is not None
    assert (found.name, found.plan) == ("Acme Inc", "premier")


async def test_an_address_refused_for_good_is_not_revived_by_an_import(pool: Pool) -> None:
    await bring(pool, ACME)
    dead = ACME.replace("verified: true", "verified: true, disabled: opted out")
    await bring(pool, dead)
    await bring(pool, ACME)
    assert (await person(pool, "anna")).contact_methods[0].disabled == "opted out"
    await bring(pool, ACME.replace("+46701740605", "+46701740606"))
    assert (await person(pool, "anna")).contact_methods[0].disabled is None
    await bring(pool, dead)
    await directory.write(pool, CLOCK, read_directory(ACME, "x"), "grace", plans=True, mends=True)
    assert (await person(pool, "anna")).contact_methods[0].disabled is None


async def test_what_does_not_fit_is_told(pool: Pool) -> None:
    await policies.apply(pool, CLOCK, sample("policy.yaml"), "policy.yaml", "grace")
    done = await bring(pool, ACME.replace("premier", "gold") + "# nothing more\n")
    assert done.notices == ("acme is on the plan gold, which demo@1 does not have.",)
    managed = "accounts: [{id: b, name: B, plan: e10, account_manager: nobody, csm: anna}]"
    done = await bring(pool, managed)
    assert done.notices == ("b has the account manager nobody, who is not in the directory.",)


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_a_member_that_says_nothing_is_left_out(nothing: str) -> None:
    method = f"{{id: m, type: sms, address: '+46701740605', disabled: {nothing}}}"
    text = f"people: [{{id: a, name: A, region: {nothing}, contact_methods: [{method}]}}]"
    found = read_directory(text, "people.yaml").people["a"]
    assert (found.region, found.contact_methods[0].disabled) == (None, None)
    quoted = read_directory("people: [{id: a, name: 'null'}]", "people.yaml")
    assert quoted.people["a"].name == "null"
