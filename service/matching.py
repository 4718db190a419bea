"""Whose ticket it is: identity first, then everything else.

In order: the organisation's id at the source, a contact's e-mail, the e-mail's domain (exact,
never a free-mail one; R16 to R18). Nobody known means the policy's unknown plan, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.event import Customer
from routing.lookup import plan_of
from routing.people import Account
from routing.policy import Policy
from routing.report import Report
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    accounts: Mapping[Key, tuple[Account, ...]]

    def one(self, key: Key) -> Account | None:
        """The account a key names; a key that several claim names none of them."""
        accounts = self.accounts.get(key, ())
        return accounts[0] if len(accounts) == 1 else None


def keys_of(report: Report, free_mail: frozenset[str]) -> list[tuple[Key, str]]:
    """What to look for, best first, each with the words for how it was told."""
    keys: list[tuple[Key, str]] = []
    if report.account:
        keys.append((("id", report.account), "its account id"))
    if report.organization:
        keys.append(((f"ext:{report.source}", report.organization), "its organisation"))
        if report.source == "standard":
            keys.append((("id", report.organization), "its organisation"))
    email = ((report.requester.email if report.requester else None) or "").strip().lower()
    name, at, domain = email.rpartition("@")
    if name and at and domain:
        keys.append((("email", email), "the contact's e-mail"))
        if domain not in free_mail:
            keys.append((("domain", _ascii(domain)), "the e-mail's domain"))
    return keys


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def account_keys(account: Account) -> list[Key]:
    """By what an account is found again."""
    keys: list[Key] = [("id", account.id)]
    keys += [(f"ext:{source}", value) for source, value in account.external_ids.items()]
    keys += [("domain", _ascii(d.strip().lower())) for d in account.domains]
    for contact in account.contacts:
        if contact.email:
            keys.append(("email", contact.email.strip().lower()))
        if contact.phone:
            keys.append(("phone", contact.phone))
    if account.pin:
        keys.append(("pin", account.pin))
    return list(dict.fromkeys(keys))


async def look_up(conn: AnyConnection, keys: Iterable[Key]) -> Found:
    wanted: Sequence[Key] = list(dict.fromkeys(keys))
    if not wanted:
        return Found({})
    rows = await conn.fetch(
        query("accounts_of_keys"), [k for k, _ in wanted], [v for _, v in wanted]
    )
    found: dict[Key, tuple[Account, ...]] = {}
    for row in rows:
        key = (row["kind"], row["value"])
        found[key] = (*found.get(key, ()), codec.decode_account(row["body"]))
    return Found(found)


def customer_of(report: Report, policy: Policy, found: Found) -> Customer | None:
    """The customer, or None when the report says nothing about who it is."""
    keys = keys_of(report, policy.free_mail_domains)
    for key, how in keys:
        account = found.one(key)
        if account is not None:
            return _customer(account, policy, how)
    if not keys and report.requester is None:
        return None
    plan, _ = plan_of(policy, None)
    name = (report.requester.name if report.requester else None) or "Unknown customer"
    return Customer(None, name, plan.id, "nobody we know")


def _customer(account: Account, policy: Policy, how: str) -> Customer:
    plan, _ = plan_of(policy, account)
    return Customer(
        account.id,
        account.name,
        plan.id,
        how,
        account.region,
        account.status,
        {e.name.strip().casefold(): e.production for e in account.environments},
        account,
    )


def case_id(customer: Customer | None, number: int) -> str:
    """`ACME-1042`: short enough to say, and it names the customer it belongs to."""
    account = (customer.account if customer else None) or "case"
    prefix = "".join(c for c in account.upper() if c.isascii() and c.isalnum())[:10] or "CASE"
    return f"{prefix if prefix[0].isalpha() else 'C' + prefix}-{number}"
