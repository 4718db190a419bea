"""A ticket that is only thought up, and the first decision about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from routing.book import Book
from routing.decide import Decision, open_case
from routing.directory import Directory, identify
from routing.event import Customer, Reported
from routing.language.problems import nearest
from routing.lookup import plan_of
from routing.people import Account
from routing.policy import Policy
from routing.report import Report, ReportKind, Requester, TicketStatus


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a ticket would say. Empty members say nothing, as in a ticket that leaves them out."""

    account: str = ""
    """Account id."""
    plan: str = ""
    """Stands in for the account's own."""
    region: str = ""
    """Home region, in place of the account's own."""
    status: str = ""
    """Account status, in place of its own."""
    contact: str = ""
    """The requester's e-mail address; finds the account where `account` is empty."""
    source: str = "standard"
    priority: str = ""
    severity: str = ""
    """In place of what the priority says."""
    channel: str = "portal"
    environment: str = ""
    category: str = ""
    product: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    subject: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def sketch_from(words: Mapping[str, str]) -> Sketch:
    """A sketch from words, as a policy test or a command line gives them; tags with commas."""
    tags = tuple(tag.strip() for tag in words.get("tags", "").split(",") if tag.strip())
    return Sketch(
        account=words.get("account", ""),
        plan=words.get("plan", ""),
        region=words.get("region", ""),
        status=words.get("status", ""),
        contact=words.get("contact", ""),
        source=words.get("source", "standard"),
        priority=words.get("priority", ""),
        severity=words.get("severity", ""),
        channel=words.get("channel", "portal"),
        environment=words.get("environment", ""),
        category=words.get("category", ""),
        product=words.get("product", ""),
        language=words.get("language", ""),
        subject=words.get("subject", ""),
        tags=tags,
    )


def unknown_names(
    policy: Policy, directory: Directory, sketch: Sketch
) -> Iterator[tuple[str, str]]:
    """Members of a sketch that name nothing there is, each with the sentence that says so."""
    known = {
        "account": (sketch.account, list(directory.accounts)),
        "plan": (sketch.plan, list(policy.plans)),
        "severity": (sketch.severity, [severity.id for severity in policy.severities]),
        "region": (sketch.region, list(policy.regions)),
    }
    for member, (word, names) in known.items():
        if word and word not in names:
            yield member, f"{word[:80]!r} is not known; {nearest(word, names)}"


@dataclass(frozen=True, slots=True)
class Opened:
    """The case a sketch becomes, and whose it is."""

    decision: Decision
    account: Account | None
    how: str
    """By what the customer was told."""


def book_of(policy: Policy, directory: Directory) -> Book:
    return Book(policy, directory.people, policy.schedules)


def open_sketch(policy: Policy, directory: Directory, sketch: Sketch, at: datetime) -> Opened:
    """Decide on the ticket as if it came at `at` (UTC)."""
    account, how = identify(
        directory.accounts.values(),
        sketch.source,
        account=sketch.account or None,
        email=sketch.contact or None,
        free_mail_domains=policy.free_mail_domains,
    )
    if account is not None and sketch.status:
        account = replace(account, status=sketch.status)
    event = Reported(_report(policy, sketch, at), _customer(policy, account, sketch, how))
    return Opened(open_case("SKETCH-1", event, book_of(policy, directory), at), account, how)


def _customer(policy: Policy, account: Account | None, sketch: Sketch, how: str) -> Customer:
    served, _ = plan_of(policy, account, product=sketch.product, language=sketch.language)
    plan = sketch.plan or served.id
    if account is None:
        return Customer(None, "Unknown customer", plan, how, sketch.region or None)
    return Customer(
        account.id,
        account.name,
        plan,
        how,
        sketch.region or account.region,
        account.status,
        {e.name.strip().casefold(): e.production for e in account.environments},
        account,
    )


def _report(policy: Policy, sketch: Sketch, at: datetime) -> Report:
    return Report(
        sketch.source,
        "sketch",
        ReportKind.CREATED,
        (at.timestamp(), 0),
        "sketch",
        at=at,
        created_at=at,
        subject=sketch.subject or "A thought-up ticket",
        status=TicketStatus.NEW,
        priority=_word(policy, sketch),
        channel=sketch.channel or None,
        environment=sketch.environment or None,
        category=sketch.category or None,
        product=sketch.product or None,
        language=sketch.language or None,
        tags=sketch.tags,
        requester=Requester(email=sketch.contact) if sketch.contact else None,
        fields=sketch.fields,
    )


def _word(policy: Policy, sketch: Sketch) -> str | None:
    """The priority, or a word of the source that means the wanted severity."""
    wanted = policy.severity(sketch.severity)
    if wanted is None:
        return sketch.priority or None
    words = (*wanted.priorities.get(sketch.source, ()), *wanted.priorities.get("*", ()))
    return next(iter(words), sketch.priority or None)
