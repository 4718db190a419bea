"""What `check` asks of routes and what stands behind them: no dead end, nobody forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from routing.directory import Directory
from routing.hotline_telling import unworded
from routing.language.problems import nearest
from routing.policy import EscalationPolicy, HotlineRules, Policy
from routing.rule import Match
from routing.tools.check_people import people_of
from routing.tools.finding import Finding

TWO = 2


def route_findings(policy: Policy, directory: Directory) -> Iterator[Finding]:
    yield from _behind(policy)
    yield from _engineering(policy)
    yield from _schedules(policy)
    yield from _unused(policy)
    yield from _accounts_asked(policy, directory)
    yield from _shadowed(policy)
    yield from _hotline(policy)
    yield from _unspoken(policy.hotline)


def _behind(policy: Policy) -> Iterator[Finding]:
    """Past the last round somebody must still be there."""
    if not policy.duty_manager:
        sentence = "nobody is told when a whole escalation goes unanswered; name a duty manager."
        yield Finding("no-duty-manager", sentence)


def _engineering(policy: Policy) -> Iterator[Finding]:
    rules = policy.engineering
    present = rules.schedule is not None or rules.escalation is not None
    if not present and (rules.after or rules.tags or rules.fields):
        sentence = (
            "rules send cases to Sustained Engineering, which has neither schedule nor steps."
        )
        yield Finding("no-engineering", sentence)
    elif not present:
        sentence = "there is no Sustained Engineering; what support cannot solve stays with it."
        yield Finding("no-engineering", sentence, serious=False)


def _schedules(policy: Policy) -> Iterator[Finding]:
    for schedule in policy.schedules.values():
        people = set(people_of(schedule))
        if len(people) < TWO and not _doubled(policy, schedule.id):
            sentence = f"schedule {schedule.id} has one person, who is always on call."
            yield Finding(f"one-person/{schedule.id}", sentence, serious=False)


def _doubled(policy: Policy, schedule: str) -> bool:
    return any(r.schedule == schedule and r.backup for r in policy.regions.values())


def _unused(policy: Policy) -> Iterator[Finding]:
    used = {route.escalation for route in policy.routes}
    used |= {policy.engineering.escalation, policy.hotline.escalation}
    for name in sorted(policy.escalation_policies.keys() - used):
        sentence = f"escalation policy {name} is used by no route; drop it, or route to it."
        yield Finding(f"unused/{name}", sentence, serious=False)
    for escalation in policy.escalation_policies.values():
        yield from _steps(escalation)


def _steps(escalation: EscalationPolicy) -> Iterator[Finding]:
    conditional = [step.when is not None and not step.when.everything for step in escalation.steps]
    for number, step in enumerate(escalation.steps, 1):
        if all(target.kind == "channel" for target in step.targets):
            sentence = (
                f"step {number} of {escalation.id} only posts to a channel, which wakes nobody: "
                "the next step begins at once."
            )
            yield Finding(f"only-posts/{escalation.id}/{number}", sentence, serious=False)
    if all(conditional):
        sentence = f"every step of {escalation.id} has a condition; at times it may page nobody."
        yield Finding(f"conditional/{escalation.id}", sentence)


def _accounts_asked(policy: Policy, directory: Directory) -> Iterator[Finding]:
    if not directory.accounts:
        return
    for route in policy.routes:
        for name in sorted(_named_accounts(route.match) - directory.accounts.keys()):
            hint = nearest(name, sorted(directory.accounts))
            yield Finding(
                f"unknown-account/{route.id}/{name}", f"route {route.id} asks for {name}; {hint}"
            )


def _named_accounts(match: Match) -> set[str]:
    found = {name for fact, names in match.terms if fact == "account" for name in names}
    for part in (*match.all_of, *match.any_of, *match.none_of):
        found |= _named_accounts(part)
    return found


def _shadowed(policy: Policy) -> Iterator[Finding]:
    """A route whose every ticket an earlier, wider one takes."""
    for number, route in enumerate(policy.routes):
        asked = dict(route.match.folded)
        for before in policy.routes[:number]:
            if _wider(before.match, asked):
                sentence = f"route {route.id} gets nothing: {before.id}, before it, is wider."
                yield Finding(f"shadowed/{route.id}", sentence)
                break


def _wider(wide: Match, asked: Mapping[str, frozenset[str]]) -> bool:
    """Whether `wide` surely takes all who ask for `asked`: as far as plain terms tell."""
    return all(
        fact in asked and asked[fact] <= values for fact, values in wide.folded
    ) and wide == Match(terms=wide.terms)


def _hotline(policy: Policy) -> Iterator[Finding]:
    offered = [plan.name or plan.id for plan in policy.plans.values() if "hotline" in plan.channels]
    if offered and not policy.hotline.number:
        sentence = f"{', '.join(sorted(offered))} may use the hotline, which has no number."
        yield Finding("hotline-number", sentence, serious=False)


def _unspoken(rules: HotlineRules) -> Iterator[Finding]:
    """Sentences that a caller would hear in another language than his own."""
    for tongue in (rules.own, *rules.languages):
        missing = unworded(rules, tongue)
        if missing:
            other = rules.language if tongue.tag != rules.language else "English"
            sentence = (
                f"the hotline speaks {tongue.tag}, but says this in {other}, for want of words"
            )
            yield Finding(f"hotline-words/{tongue.tag}", f"{sentence}: {', '.join(missing)}.")
