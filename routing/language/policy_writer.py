"""From a policy back to a document: what `policy_from` reads to the same policy.

The document stands alone: what a preset brought is written out, and `based_on` remembers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from routing.calendar import Calendar
from routing.hotline_rules import BRING_IN
from routing.language.conditions import match_document
from routing.language.manners_writer import manners_document, tongues_document
from routing.language.phrases import step_target_text, target_text
from routing.language.rooms import rooms_document
from routing.language.schedule_writer import schedule_document
from routing.language.windows import windows_text
from routing.language.words import duration_text, instant_text
from routing.named_contacts import NamedContacts
from routing.policy import (
    EngineeringRules,
    HotlineRules,
    Plan,
    Policy,
    Promise,
    Route,
    Severity,
    Step,
    StepTarget,
)
from routing.rule import Match
from routing.sla import Target

Document = dict[str, object]


def policy_document(policy: Policy) -> Document:
    """Plain JSON data: dict, list, str, int and bool. Members that say nothing are left out."""
    return said(
        {
            "policy": policy.id,
            "name": policy.name,
            "based_on": policy.extends,
            "effective": day_text(policy.effective),
            "sources": dict(policy.sources),
            **_promised(policy),
            **_staffed(policy),
            **_timed(policy),
            **manners_document(policy),
            "accept": sorted(policy.accepted_risks),
            "tests": [
                {
                    "id": test.id,
                    "given": dict(test.given),
                    "at": instant_text(test.at),
                    "expect": dict(test.expect),
                }
                for test in policy.tests
            ],
        }
    )


def said(document: Mapping[str, object]) -> Document:
    """Without the members that say nothing."""
    return {name: value for name, value in document.items() if value not in (None, "", [], {}, ())}


def day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _promised(policy: Policy) -> Document:
    return {
        "severities": {severity.id: _severity(severity) for severity in policy.severities},
        "severity_rules": said(
            {
                "default": dict(policy.default_severity),
                "fixed": dict(policy.fixed_severity),
                "non_production": said(
                    {
                        "severity": policy.non_production_severity,
                        "environments": sorted(policy.non_production_words),
                    }
                ),
            }
        ),
        "plans": {name: _plan(plan) for name, plan in policy.plans.items()},
        "plan_rules": said(
            {
                "unknown": policy.unknown_plan,
                "by_status": dict(policy.status_plans),
                "out_of_scope": policy.out_of_scope_plan,
                "products": sorted(policy.products),
                "languages": sorted(policy.languages),
            }
        ),
        "calendars": {name: calendar_document(cal) for name, cal in policy.calendars.items()},
        "contacts": said(
            {
                "free_mail_domains": sorted(policy.free_mail_domains),
                "shared_addresses": sorted(policy.shared_addresses),
            }
        ),
        "categories": {form: list(offered) for form, offered in policy.categories.items()},
    }


def _severity(severity: Severity) -> Document:
    return said(
        {
            "rank": severity.rank,
            "name": severity.name,
            "urgency": severity.urgency,
            "priorities": {source: list(words) for source, words in severity.priorities.items()},
            "description": severity.description,
        }
    )


def _plan(plan: Plan) -> Document:
    return said(
        {
            "name": plan.name,
            "rank": plan.rank,
            "channels": {channel: sorted(taken) for channel, taken in plan.channels.items()},
            "promises": _promises(plan.promises),
            "exceptions": [
                {"when": match_document(part.match), "promises": _promises(part.promises)}
                for part in plan.exceptions
            ],
            "named_contacts": plan.named_contacts and _named_contacts(plan.named_contacts),
            "skills": sorted(plan.skills),
            "account_manager": plan.account_manager or None,
            "csm": plan.csm or None,
            "sales_only": plan.sales_only or None,
            "non_production_environments": plan.non_production_environments,
            "features": list(plan.features),
        }
    )


def _named_contacts(rules: NamedContacts) -> Document:
    return {
        "channels": sorted(rules.channels),
        **said({"most": rules.most}),
        "company_domain": rules.company_domain,
        "individuals": rules.individuals,
    }


def _promises(promises: Mapping[str, Promise]) -> Document:
    return {severity: _promise(promise) for severity, promise in promises.items()}


def _promise(promise: Promise) -> Document:
    targets = {
        metric.value: _target(target, promise.calendars.get(metric))
        for metric, target in promise.targets.items()
    }
    return said({"calendar": promise.calendar, **targets, "source": dict(promise.sources)})


def _target(target: Target, calendar: str | None) -> object:
    if target.rule == Target().rule:
        text = target_text(target)
        return {"within": text, "calendar": calendar} if calendar else text
    return said({"business_days": target.business_days, "rule": target.rule, "calendar": calendar})


def calendar_document(calendar: Calendar) -> object:
    opened: object = "always" if calendar.always else windows_text(calendar.windows)
    holidays: Document = {}
    if calendar.country:
        holidays = {"country": calendar.country, "observed": calendar.observed}
    if calendar.holidays:
        holidays["dates"] = sorted(map(str, calendar.holidays))
    return said({"zone": calendar.zone, "open": opened, "holidays": holidays})


def targets_text(targets: Iterable[StepTarget]) -> list[str]:
    return [step_target_text(target) for target in targets]


def _staffed(policy: Policy) -> Document:
    return {
        "regions": {
            region.id: said(
                {
                    "name": region.name,
                    "zone": region.zone,
                    "hours": region.calendar,
                    "schedule": region.schedule,
                    "backup": region.backup,
                }
            )
            for region in policy.regions.values()
        },
        "schedules": {name: schedule_document(one) for name, one in policy.schedules.items()},
        "groups": {name: list(people) for name, people in policy.groups.items()},
        "chat_channels": rooms_document(policy),
        "escalation_policies": {
            name: {"steps": [_step(step) for step in one.steps], "rounds": one.rounds}
            for name, one in policy.escalation_policies.items()
        },
        "routes": [_route(route) for route in policy.routes],
        "duty_manager": targets_text(policy.duty_manager),
        "after_hours": targets_text(policy.after_hours),
        "engineering": _engineering(policy.engineering),
        "hotline": _hotline(policy.hotline),
    }


def _step(step: Step) -> Document:
    return said(
        {
            "page": targets_text(step.targets),
            "wait": duration_text(step.wait),
            "when": step.when and match_document(step.when),
        }
    )


def _route(route: Route) -> Document:
    return said(
        {
            "id": route.id,
            "when": match_document(route.match),
            "escalate": route.escalation,
            "page": route.page,
            "at_risk": duration_text(route.at_risk),
            "queue": route.queue,
            "tell": targets_text(route.stakeholders),
            "reply": route.reply,
        }
    )


def _after(rules: tuple[tuple[Match, timedelta], ...]) -> list[Document]:
    return [
        said({"when": match_document(match), "after": duration_text(after)})
        for match, after in rules
    ]


def _engineering(rules: EngineeringRules) -> Document:
    return said(
        {
            "schedule": rules.schedule,
            "escalate": rules.escalation,
            "after": _after(rules.after),
            "tags": sorted(rules.tags),
            "fields": {name: sorted(values) for name, values in rules.fields.items()},
            "updates": dict(rules.updates),
            "leadership": _after(rules.leadership),
            "leaders": targets_text(rules.leaders),
        }
    )


def _hotline(rules: HotlineRules) -> Document:
    return said(
        {
            "number": rules.number,
            "greeting": rules.greeting,
            "escalate": rules.escalation,
            "pin_attempts": rules.pin_attempts,
            "hold": duration_text(rules.hold),
            "callback": duration_text(rules.callback),
            "fallback_numbers": list(rules.fallback_numbers),
            "unknown_callers": rules.unknown_callers,
            "portal": rules.portal,
            "language": rules.language,
            "words": dict(rules.words),
            "blocked": sorted(rules.blocked),
            "music": rules.music,
            "transcribe": rules.transcribe,
            "retention": duration_text(rules.retention),
            "calls_per_number": rules.calls_per_number,
            "calls_per_account": rules.calls_per_account,
            "bring_in": targets_text(rules.bring_in) if rules.bring_in != BRING_IN else None,
            "tickets": rules.tickets,
            "voice": rules.voice,
            "languages": tongues_document(rules),
        }
    )


def _timed(policy: Policy) -> Document:
    timeout = policy.acknowledge_timeout
    return {
        "clocks": said(
            {
                "pauses": {m.value: sorted(still) for m, still in policy.pauses.items()},
                "change": policy.change_strategy,
            }
        ),
        "handover": said(
            {
                "severities": sorted(policy.handover_severities),
                "before": duration_text(policy.handover_before),
            }
        ),
        "timers": said(
            {
                "acknowledge_timeout": None if timeout is None else duration_text(timeout),
                "reminder": duration_text(policy.reminder),
                "grace": duration_text(policy.grace),
                "review": duration_text(policy.review),
            }
        ),
        "storms": said({"bundle": policy.bundle}),
    }
