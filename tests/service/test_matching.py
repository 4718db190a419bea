"""Whose ticket it is."""

from routing.people import Account, Contact, Environment
from routing.policy import Policy
from routing.report import Report, ReportKind, Requester
from service.matching import Found, account_keys, case_id, customer_of, keys_of, look_up
from service.policyfile.load import read_policy
from tests.service.office import Office
from tests.stories import organisation

FREE = frozenset({"gmail.com"})
ACME = Account(
    "acme",
    "Acme Corp",
    "premier",
    domains=("Acme.example", "b\u00fccher.example"),
    external_ids={"zendesk": "4112492"},
    pin="482915",
    contacts=(Contact("Ada", "Ada@Acme.example", "+14155550101"),),
    environments=(Environment("Prod"), Environment("Staging", production=False)),
)


def report(source: str = "zendesk", email: str | None = None, **members: object) -> Report:
    requester = None if email is None else Requester("R", email)
    return Report(
        source, "T-1", ReportKind.CREATED, (1.0, 0), "k", requester=requester,
        **members,  # type: ignore[arg-type]
    )  # fmt: skip


def test_what_is_looked_for_and_in_which_order() -> None:
    found = keys_of(report(email=" Ada@ACME.example ", organization="4112492"), FREE)
    assert [key for key, _ in found] == [
        ("ext:zendesk", "4112492"),
        ("email", "ada@acme.example"),
        ("domain", "acme.example"),
    ]
    assert keys_of(report("standard", organization="acme"), FREE)[1][0] == ("id", "acme")


def test_a_free_mail_domain_is_never_looked_for() -> None:
    keys = [key for key, _ in keys_of(report(email="mia@gmail.com"), FREE)]
    assert keys == [("email", "mia@gmail.com")]


def test_addresses_that_are_none_are_not_looked_for() -> None:
    for email in ("", "@acme.example", "ada@", "ada", "@"):
        assert keys_of(report(email=email), FREE) == [], email


def test_a_domain_is_the_same_in_either_spelling() -> None:
    wanted = ("domain", "xn--bcher-kva.example")
    assert wanted in [key for key, _ in keys_of(report(email="x@b\u00fccher.example"), FREE)]
    assert wanted in account_keys(ACME)
    assert keys_of(report(email="x@" + "\u00fc" * 300 + ".example"), FREE)  # too long for a name


def test_an_account_is_found_by_everything_it_has() -> None:
    assert account_keys(ACME) == [
        ("id", "acme"),
        ("ext:zendesk", "4112492"),
        ("domain", "acme.example"),
        ("domain", "xn--bcher-kva.example"),
        ("email", "ada@acme.example"),
        ("phone", "+14155550101"),
        ("pin", "482915"),
    ]


async def test_the_organisation_wins_over_the_contact_and_the_contact_over_the_domain(
    office: Office,
) -> None:
    shelf = await office.desk.shelf()

    async def account(given: Report) -> str | None:
        free = shelf.current.free_mail_domains
        async with office.pool.acquire() as conn:
            found = await look_up(conn, (key for key, _ in keys_of(given, free)))
        customer = customer_of(given, shelf.current, found)
        return customer.account if customer else "nothing is said"

    assert await account(report(email="x@borealis.example", organization="4112492")) == "acme"
    assert await account(report(email="mia.ford@gmail.com")) == "cedar"
    assert await account(report(email="other@gmail.com")) is None
    assert await account(report(email="x@borealis.example", organization="999")) == "borealis"
    assert await account(report(organization="borealis")) is None  # an id of ours, not of Zendesk's
    assert await account(report("standard", account="borealis")) == "borealis"
    assert await account(report()) == "nothing is said"


async def test_what_two_accounts_claim_names_neither(office: Office) -> None:
    await office.pool.execute(
        "insert into account_keys values ('email', 'ada@acme.example', 'cedar')"
    )
    landed = await office.report(organization=None, requester=Requester("Ada", "ada@acme.example"))
    assert landed.case is not None
    assert (await office.case(landed.case)).account == "acme"  # by the domain, which only one has
    await office.pool.execute("insert into account_keys values ('domain', 'acme.example', 'cedar')")
    landed = await office.report(
        "T-2", organization=None, requester=Requester("Ada", "ada@acme.example")
    )
    assert landed.case is not None
    assert (await office.case(landed.case)).account is None


async def test_a_later_report_that_knows_nobody_takes_no_case_from_its_customer(
    office: Office,
) -> None:
    case = (await office.report()).case
    assert case is not None
    await office.report(organization=None, requester=Requester("R", "r@elsewhere.example"))
    assert (await office.case(case)).account == "acme"
    await office.report(organization="cedar", account="cedar")
    assert (await office.case(case)).account == "cedar"


def test_a_case_is_named_after_its_customer() -> None:
    shown = {"acme": "ACME-7", "4-you": "C4YOU-7", "\u00e5\u00e4\u00f6": "CASE-7", None: "CASE-7"}
    for account, wanted in shown.items():
        customer = customer_of(report(account=account), _policy(), _found(account))
        assert case_id(customer, 7) == wanted


def _policy() -> Policy:
    return read_policy(organisation.POLICY, "policy.yaml")


def _found(account: str | None) -> Found:
    if account is None:
        return Found({})
    return Found({("id", account): (Account(account, "Name", "premier"),)})
