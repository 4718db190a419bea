"""The directory: who can be reached, who is a customer, and whose ticket it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from routing.people import Account, Person


@dataclass(frozen=True, slots=True)
class Directory:
    """People and accounts by id."""

    people: Mapping[str, Person] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)


def identify(
    accounts: Collection[Account],
    source: str,
    *,
    account: str | None = None,
    organization: str | None = None,
    email: str | None = None,
    free_mail_domains: Collection[str] = (),
) -> tuple[Account | None, str]:
    """Whose ticket it is and by what it was told (R16, R17, R18).

    Our own account id, then the organisation's id at the source, then a contact's address, then the
    domain of the address: exact, never a free-mail one, and only where one account has it.
    """
    if account is not None:
        own = [known for known in accounts if known.id == account]
        if own:
            return own[0], "account id"
    if organization is not None:
        owners = [known for known in accounts if known.external_ids.get(source) == organization]
        if owners:
            return owners[0], "organisation id"
    return _by_address(accounts, (email or "").casefold(), free_mail_domains)


def _by_address(
    accounts: Collection[Account], address: str, free: Collection[str]
) -> tuple[Account | None, str]:
    if not address:
        return None, "nothing"
    known = [
        account
        for account in accounts
        if any((contact.email or "").casefold() == address for contact in account.contacts)
    ]
    if len(known) == 1:
        return known[0], "contact address"
    domain = address.rpartition("@")[2]
    if domain in free:
        return None, "a free-mail address"
    owners = [account for account in accounts if domain in _domains(account)]
    return (owners[0], "e-mail domain") if len(owners) == 1 else (None, "nothing")


def _domains(account: Account) -> frozenset[str]:
    return frozenset(domain.casefold() for domain in account.domains)
