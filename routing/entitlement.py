"""What a plan entitles a ticket to: which channel, which people, which products and languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from routing.named_contacts import NamedContacts
from routing.people import Account, Contact
from routing.policy import Plan, Policy, Severity


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something the plan does not hold. `code` is for programs, `sentence` for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ticket asks for, where its system said so."""

    channel: str = ""
    contact: str = ""
    """The requester's e-mail address."""
    product: str = ""
    language: str = ""


def channel_allowed(plan: Plan, channel: str, severity: Severity) -> Refusal | None:
    """None when the plan takes this severity on this channel (R12, R14, R19, R21, R50, R52)."""
    name = plan.name or plan.id
    taken = plan.channels.get(channel)
    if taken is None:
        return Refusal("channel_not_in_plan", f"{name} does not include {channel}.")
    if severity.id not in taken:
        severities = ", ".join(sorted(taken)) or "no severity"
        sentence = f"{name} takes {channel} for {severities} only; this is {severity.id}."
        return Refusal("severity_not_on_channel", sentence)
    return None


def refusals(
    policy: Policy, account: Account | None, plan: Plan, severity: Severity, asked: Asked
) -> tuple[Refusal, ...]:
    """Everything the plan does not hold for this ticket; empty when all is well.

    A refusal changes what is promised and what the ticket is told. It never hides a ticket: the
    routes decide who is paged.
    """
    return tuple(_refusals(policy, account, plan, severity, asked))


def _refusals(
    policy: Policy, account: Account | None, plan: Plan, severity: Severity, asked: Asked
) -> Iterator[Refusal]:
    if account is None:
        yield Refusal(
            "unidentified", "Nobody we know: neither account, contact nor domain matches."
        )
    elif account.status in policy.status_plans and account.status != "trial":
        yield Refusal("account_" + account.status, f"{account.name} is {account.status}.")
    refused = channel_allowed(plan, asked.channel, severity) if asked.channel else None
    if refused is not None:
        yield refused
    outside = out_of_scope(policy, asked.product, asked.language)
    if outside is not None:
        yield Refusal("out_of_scope", f"{outside[0].upper()}{outside[1:]}.")
    if account is not None and _must_be_named(plan, asked) and not is_named(account, asked.contact):
        sentence = f"{asked.contact} is not a named contact of {account.name}."
        yield Refusal("not_named_contact", sentence)


def out_of_scope(policy: Policy, product: str, language: str) -> str | None:
    """Why the plans do not cover it (R5, R40), or None. What the ticket does not say is covered.

    A language covers its regions: `en` covers `en-GB` and `English (UK)` its first word.
    """
    if product and policy.products and product.casefold() not in policy.products:
        return f"the plans do not cover {product}"
    if not (language and policy.languages):
        return None
    spoken = re.split(r"[^a-z]+", language.casefold().strip(), maxsplit=1)[0]
    if spoken and spoken not in policy.languages:
        return f"support is given in {', '.join(sorted(policy.languages))}, not {language}"
    return None


def _must_be_named(plan: Plan, asked: Asked) -> bool:
    # A system that does not say who asked is no proof that somebody else did.
    rules = plan.named_contacts
    return bool(asked.contact) and rules is not None and asked.channel in rules.channels


def is_named(account: Account, email: str) -> bool:
    """Whether this address is one of the account's named contacts (R13, R65)."""
    word = email.casefold()
    return any(c.named and c.email and c.email.casefold() == word for c in account.contacts)


def contact_faults(policy: Policy, account: Account, plan: Plan) -> tuple[str, ...]:
    """What the plan's rules say against an account's named contacts (R60, R65, R66, R67)."""
    named = [contact for contact in account.contacts if contact.named]
    return tuple(_contact_faults(policy, account, plan, named))


def _contact_faults(
    policy: Policy, account: Account, plan: Plan, named: list[Contact]
) -> Iterator[str]:
    rules = plan.named_contacts
    if rules is not None and rules.most is not None and len(named) > rules.most:
        name = plan.name or plan.id
        yield f"{account.name} names {len(named)} contacts; {name} allows {rules.most}."
    for contact in named if rules else ():
        yield from _address_faults(policy, account, rules, contact)
    spare = sum(not environment.production for environment in account.environments)
    allowed = plan.non_production_environments
    if allowed is not None and spare > allowed:
        yield f"{account.name} has {spare} non-production environments; its plan allows {allowed}."


def _address_faults(
    policy: Policy, account: Account, rules: NamedContacts | None, contact: Contact
) -> Iterator[str]:
    if rules is None:
        return
    local, _, domain = (contact.email or "").casefold().partition("@")
    own = {known.casefold() for known in account.domains} - policy.free_mail_domains
    if rules.company_domain and domain not in own:
        yield f"{contact.name} ({contact.email}) has no address of {account.name}'s own domains."
    if rules.individuals and local in policy.shared_addresses:
        yield f"{contact.email} is a shared address; a named contact is one person."
