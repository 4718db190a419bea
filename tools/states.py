"""Pages that are printed from the code, so that they cannot say anything else.

`make docs` writes them; a test fails while a committed page differs from what is printed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from routing.case import LIVE, RUNS, Stage, State
from routing.decide import TABLE
from routing.engineering import MOVES as STAGES
from routing.engineering import NEEDS, UPDATES
from routing.page import MOVES as PAGES
from routing.page import PageState
from routing.sla import ClockState
from routing.swap import MOVES as SWAPS
from routing.swap import SwapState

ROOT = Path(__file__).parents[1]

MEANS = {
    State.HELD: "Nobody is paged now; it wakes when coverage opens or its promise is at risk.",
    State.PAGING: "People are paged, step by step, until one of them answers.",
    State.EXHAUSTED: "Nobody answered; the duty manager is paged, again and again.",
    State.ACKNOWLEDGED: "Somebody has it.",
    State.SNOOZED: "Somebody has it and sleeps on it until an instant.",
    State.WAITING: "The customer is asked, or a release is with him.",
    State.ENGINEERING: "Sustained Engineering has it; the ticket is on hold.",
    State.RESOLVED: "Solved; the customer's answer reopens it until the grace is over.",
    State.CLOSED: "Over, until its ticket is opened again.",
}
DEADLINES = {
    "hold_until": "people may or must be paged",
    "snooze_until": "the snooze is over",
    "remind_at": "the duty manager is reminded",
    "engineering_at": "it goes to Sustained Engineering by itself",
    "owner_due": "its owner has been silent for too long",
    "handover_at": "the next region is asked to take it over",
    "shift_at": "its owner's shift ends, and he is asked",
    "leaders_at": "leadership is told that it still is in the queue",
    "close_at": "the grace is over",
}
CLOCKS = {
    ClockState.RUNNING: "covered time is counted",
    ClockState.PAUSED: "the ticket's status lets it stand still",
    ClockState.MET: "done in time",
    ClockState.BREACHED: "not done in time; this stays recorded, whatever follows",
}
MACHINES = """Every machine is one table in `routing/`. What a table does not have is refused with
a sentence, and the case stays as it was. The database's CHECK constraints hold the same words."""
WAKES = """Besides these, whatever is live has `clocks_at`, the next promise that would be broken.
While somebody is paged, the round and its open pages have instants of their own; what nothing else
would wake has `review_at`. A case wakes at the earliest of them all (`wake_at`), and entering a
state ends every deadline that does not run in it."""
PRINTED = "<!-- Printed by `make docs` from the tables in routing/: change those. -->"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def diagram(arrows: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {a}" for a in arrows), "```"])


def states() -> str:
    """docs/states.md."""
    return "\n\n".join([PRINTED, *_case(), *_page(), *_item(), *_swap(), *_promise()])


def _case() -> Iterable[str]:
    yield "# States"
    yield MACHINES
    yield "## A case"
    yield table(("state", "means", "deadlines that run in it"), map(_state, State))
    yield WAKES
    yield table(("deadline", "when it comes"), ((f"`{d}`", w) for d, w in DEADLINES.items()))
    yield "## What each state takes"
    yield table(("event", *(f"`{s}`" for s in State)), _events())


def _page() -> Iterable[str]:
    yield "## A page"
    yield "One person, one turn. An answer counts whenever it comes, until the page is unwanted."
    yield diagram(["[*] --> open", *_page_arrows()])


def _item() -> Iterable[str]:
    yield "## An item of Sustained Engineering"
    yield "Every move tells the customer (R104 to R112). Whoever claims it takes it at its stage."
    yield diagram(["[*] --> queued", *(f"{a} --> {b}: {how}" for (a, how), b in _moves())])
    yield table(("stage", "what the customer reads"), ((f"`{s}`", UPDATES[s]) for s in Stage))
    yield table(("action", "needs"), ((f"`{a}`", what) for a, what in NEEDS.items()))


def _swap() -> Iterable[str]:
    yield "## A request between colleagues"
    yield "Somebody is asked to take a shift. Once a shift it is about has begun, it has expired."
    yield diagram(["[*] --> open", *(f"{a} --> {b}" for a in SwapState for b in _next_of(a))])


def _next_of(state: SwapState) -> list[SwapState]:
    return [then for then in SwapState if then in SWAPS[state]]


def _promise() -> Iterable[str]:
    yield "## A promise"
    yield table(("clock", "means"), ((f"`{c}`", CLOCKS[c]) for c in ClockState))


def _state(state: State) -> tuple[str, str, str]:
    runs = ", ".join(f"`{d}`" for d in DEADLINES if d in RUNS[state])
    return f"`{state}`" + ("" if state in LIVE else " (over)"), MEANS[state], runs


def _events() -> Iterable[tuple[str, ...]]:
    kinds = dict.fromkeys(kind for row in TABLE.values() for kind in row)
    for kind in kinds:
        yield kind.__name__, *("yes" if kind in TABLE[state] else "" for state in State)


def _page_arrows() -> Iterable[str]:
    for state in PageState:
        yield from (f"{state} --> {then}" for then in PageState if then in PAGES[state])


def _moves() -> Iterable[tuple[tuple[Stage, str], Stage]]:
    return ((move, then) for move, then in STAGES.items() if move[0] is not then)


GENERATED: Mapping[str, Callable[[], str]] = {"docs/states.md": states}


def main() -> None:
    for place, printed in GENERATED.items():
        (ROOT / place).write_text(printed() + "\n")
        print(f"wrote {place}")


if __name__ == "__main__":
    main()
