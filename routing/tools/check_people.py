"""What `check` asks of people and accounts: known, reachable, by two ways, not one alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from routing.directory import Directory
from routing.entitlement import contact_faults
from routing.language.problems import nearest
from routing.language.words import duration_text
from routing.lookup import plan_of
from routing.people import Account, Person
from routing.policy import Policy, StepTarget
from routing.schedule import Schedule
from routing.tools.finding import Finding

TWO = 2


def people_findings(policy: Policy, directory: Directory) -> Iterator[Finding]:
    """Unknown people, people no page can reach, and accounts the policy cannot serve."""
    needed = people_needed(policy)
    for name, where in needed.items():
        person = directory.people.get(name)
        if person is None:
            hint = nearest(name, sorted(directory.people))
            yield Finding(f"unknown-person/{name}", f"{where} names {name}; {hint}")
        else:
            yield from _reachable(person, where)
            yield from _never_reached(policy, person)
            yield from _quiet(policy, person)
    yield from _shared_numbers(directory, needed)
    for account in directory.accounts.values():
        yield from _account(policy, directory, account)


def people_needed(policy: Policy) -> dict[str, str]:
    """Everybody the policy may page, and one place that names each."""
    needed: dict[str, str] = {}
    for schedule in policy.schedules.values():
        for person in people_of(schedule):
            needed.setdefault(person, f"schedule {schedule.id}")
    for group, people in policy.groups.items():
        for person in people:
            needed.setdefault(person, f"group {group}")
    for where, target in _targets(policy):
        if target.kind == "person":
            needed.setdefault(target.id, where)
    return needed


def people_of(schedule: Schedule) -> Iterator[str]:
    for layer in schedule.layers:
        yield from (person for group in layer.rotation.groups for person in group)
    for override in schedule.overrides:
        yield from (person for person in (override.person, override.by) if person)
    for temporary in schedule.temporary:
        yield from (person for person, _, _ in temporary.shifts)


def _targets(policy: Policy) -> Iterator[tuple[str, StepTarget]]:
    for escalation in policy.escalation_policies.values():
        for number, step in enumerate(escalation.steps, 1):
            where = f"step {number} of {escalation.id}"
            yield from ((where, target) for target in step.targets)
    yield from (("duty_manager", target) for target in policy.duty_manager)
    yield from (("after_hours", target) for target in policy.after_hours)
    yield from (("engineering.leaders", target) for target in policy.engineering.leaders)
    for route in policy.routes:
        yield from ((f"route {route.id}", target) for target in route.stakeholders)


def _reachable(person: Person, where: str) -> Iterator[Finding]:
    usable = {method.id: method.type for method in person.contact_methods if method.usable}
    if not usable:
        sentence = f"no page can reach {person.name} ({where}): {_why(person)}"
        yield Finding(f"unreachable/{person.id}", sentence)
        return
    if len(set(usable.values())) < TWO:
        (kind,) = set(usable.values())
        sentence = f"{person.name} ({where}) can be reached by {kind} only; add a second way."
        yield Finding(f"one-channel/{person.id}", sentence)
    for urgency, rules in person.contact_rules.items():
        if rules and not any(rule.method in usable for rule in rules):
            sentence = f"none of {person.name}'s {urgency} rules uses a method that works."
            yield Finding(f"rules/{person.id}/{urgency}", sentence)


def _why(person: Person) -> str:
    disabled = [m.id for m in person.contact_methods if m.verified]
    if disabled:
        return f"providers refuse {', '.join(disabled)}, and no other contact method is verified."
    waiting = [m.id for m in person.contact_methods]
    if waiting:
        return f"no contact method is verified. Verify {' or '.join(waiting)}."
    return "there is no contact method. Add one, and verify it."


def _never_reached(policy: Policy, person: Person) -> Iterator[Finding]:
    """Rules of which no step of the policy waits long enough to see the last contact."""
    steps = (step for one in policy.escalation_policies.values() for step in one.steps)
    longest = max((step.wait for step in steps), default=timedelta.max)
    for urgency, rules in person.contact_rules.items():
        last = max((r.after + r.repeat * r.every for r in rules), default=timedelta.min)
        if last >= longest:
            sentence = (
                f"{person.name}'s {urgency} rules go on until {duration_text(last)}, and no step "
                f"waits longer than {duration_text(longest)}: what comes after it is never tried."
            )
            yield Finding(f"rules/{person.id}/{urgency}/late", sentence, serious=False)


def _quiet(policy: Policy, person: Person) -> Iterator[Finding]:
    if person.quiet_hours and "urgent" in policy.quiet_holds:
        sentence = (
            f"{person.name} has quiet hours, and by `quiet_hours` they hold urgent pages as well."
        )
        yield Finding(f"quiet/{person.id}", sentence, serious=False)


def _shared_numbers(directory: Directory, needed: Mapping[str, str]) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for name in needed:
        person = directory.people.get(name)
        for address in {m.address for m in person.contact_methods} if person else ():
            first = owners.setdefault(address, name)
            if first != name:
                sentence = (
                    f"{first} and {name} share a contact address; a page to both is one page."
                )
                yield Finding(f"shared-address/{first}/{name}", sentence)


def _account(policy: Policy, directory: Directory, account: Account) -> Iterator[Finding]:
    key = f"account/{account.id}"
    plan, _ = plan_of(policy, account)
    if account.plan not in policy.plans:
        hint = nearest(account.plan, sorted(policy.plans))
        yield Finding(f"{key}/plan", f"{account.name} is on plan {account.plan!r}; {hint}")
    if account.region and policy.regions and account.region not in policy.regions:
        hint = nearest(account.region, sorted(policy.regions))
        yield Finding(f"{key}/region", f"{account.name} is at home in {account.region!r}; {hint}")
    for role in ("account_manager", "csm"):
        yield from _stakeholder(directory, account, role, wanted=getattr(plan, role))
    for domain in sorted(set(account.domains) & policy.free_mail_domains):
        sentence = f"{account.name} claims {domain}, where anybody may have an address."
        yield Finding(f"{key}/domain/{domain}", sentence)
    for number, fault in enumerate(contact_faults(policy, account, plan), 1):
        yield Finding(f"{key}/contacts/{number}", fault, serious=False)


def _stakeholder(
    directory: Directory, account: Account, role: str, *, wanted: bool
) -> Iterator[Finding]:
    person: str | None = getattr(account, role)
    spoken = role.replace("_", " ")
    if person is None and wanted:
        sentence = f"{account.name}'s plan promises it one {spoken}; the account names nobody."
        yield Finding(f"account/{account.id}/{role}", sentence, serious=False)
    elif person is not None and person not in directory.people:
        hint = nearest(person, sorted(directory.people))
        yield Finding(f"account/{account.id}/{role}", f"{spoken} {person!r} is unknown; {hint}")
