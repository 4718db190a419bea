"""What a page to a person says, gathered from his case and worded for him."""

from __future__ import annotations

from datetime import datetime

from notifiers.wording import PageFacts, worded
from routing.case import Case
from routing.people import Person
from routing.phrases import due_sentence
from routing.policy import Policy


def page_facts(  # noqa: PLR0913 - a page is about many things
    policy: Policy,
    case: Case,
    person: Person,
    now: datetime,
    *,
    to: str,
    code: str,
    purpose: str,
    why: str,
    accepted_at: str | None = None,
) -> PageFacts:
    """The facts of one contact, in the person's language, with the words of the severity."""
    severity = policy.severity(case.severity)
    phrases = policy.wording.phrases(person.language, case.severity)
    facts = PageFacts(
        case=case.id,
        code=code,
        to=to,
        person=person.name,
        account=case.account_name,
        subject=case.ticket.subject,
        severity=(severity.name or severity.id) if severity else case.severity,
        plan=case.plan,
        purpose=purpose,
        due=due_sentence(phrases, case, now),
        why=why,
        url=case.ticket.url,
        accepted_at=accepted_at,
        urgency=severity.urgency if severity else "",
    )
    return worded(facts, phrases)
