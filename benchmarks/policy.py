"""The policy: a routing decision among many routes, a proof of coverage, reading a file."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from routing.lookup import route_for
from routing.policy import Policy, Route
from routing.rule import Facts, Match
from routing.tools.coverage import coverage
from service.policyfile.load import read_directory, read_policy, sample

ROUTING_LIMIT = 200e-6
COVERAGE_LIMIT = 5.0
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE = Facts(
    AT,
    severity="L1",
    plan="premier",
    account="acme",
    tags=frozenset({"sso", "vip"}),
    channel="portal",
    category="Database",
    region="emea",
)


def _term(fact: str, value: str) -> Match:
    return Match(((fact, frozenset({value})),))


SHAPES: dict[str, Callable[[int], Match]] = {
    "by account": lambda n: _term("account", f"account-{n}"),
    "by tag": lambda n: _term("tags", f"tag-{n}"),
    "any of two": lambda n: Match(any_of=(_term("account", f"a{n}"), _term("tags", f"t{n}"))),
    "all but": lambda n: Match(none_of=(_term("plan", "premier"), _term("product", f"p{n}"))),
}


def _timed(do: Callable[[], object], times: int) -> float:
    """Seconds for one, the best of five runs."""
    do()
    return min(timeit.repeat(do, number=times, repeat=5)) / times


def _with_routes(policy: Policy, count: int, shape: Callable[[int], Match]) -> Policy:
    routes = tuple(Route(f"r{n}", shape(n), "support") for n in range(count))
    return replace(policy, routes=(*routes, Route("rest", Match(), "support")))


def routing(policy: Policy) -> bool:
    """A decision among 1,000 and 10,000 routes of which the last one matches."""
    worst = 0.0
    for name, shape in SHAPES.items():
        small, large = (_with_routes(policy, count, shape) for count in (1_000, 10_000))
        one = _timed(lambda p=small: route_for(p, CASE), 500)  # type: ignore[misc]
        ten = _timed(lambda p=large: route_for(p, CASE), 100)  # type: ignore[misc]
        worst = max(worst, one)
        print(f"  {name:<11} 1,000 routes {one * 1e6:6.1f} us, 10 times as many: x{ten / one:.1f}")
    print(f"  slowest {worst * 1e6:.1f} us (bound: {ROUTING_LIMIT * 1e6:.0f} us)")
    return worst <= ROUTING_LIMIT


def proving(policy: Policy) -> bool:
    """The demo's whole policy over a year, and over two."""
    directory = read_directory(sample("directory.yaml"), "directory.yaml")
    year = _timed(lambda: coverage(policy, directory, AT, 365), 1)
    two = _timed(lambda: coverage(policy, directory, AT, 730), 1)
    print(
        f"  coverage of a year {year:.2f} s (bound: {COVERAGE_LIMIT:.0f} s), two x{two / year:.1f}"
    )
    return year <= COVERAGE_LIMIT


def main() -> bool:
    """Print the figures; True when the bounds hold."""
    print("policy: routing decisions, coverage, reading")
    text = sample("policy.yaml")
    policy = read_policy(text, "policy.yaml")
    reading = _timed(lambda: read_policy(text, "policy.yaml"), 20)
    print(f"  reading the demo's policy and its presets {reading * 1e3:.1f} ms")
    return all([routing(policy), proving(policy)])


if __name__ == "__main__":
    raise SystemExit(not main())
