"""Whatever happens to a case, in whatever state and at whatever time, the rules hold.

`HELIOGRAPH_WALKS=2000 pytest tests/routing/test_decide_walks.py` walks longer;
`HELIOGRAPH_WALK_SEED=7` begins at another seed. A failure prints its seed and its shortest trail.
"""

import os
from collections import Counter

import pytest

from routing.decide import TABLE
from routing.engineering import MOVES
from routing.event import Advance
from tests.routing.walks import Cell, Walk, fails, shrunk, told

WALKS = int(os.environ.get("HELIOGRAPH_WALKS", "150"))
FIRST = int(os.environ.get("HELIOGRAPH_WALK_SEED", "0"))
STEPS = 60


CELLS = {(s.value, e.__name__) for s in TABLE for e in TABLE[s] if e is not Advance}
STAGES = {(stage.value, action) for stage, action in MOVES}


def walked(seed: int, visited: Counter[Cell]) -> Walk:
    walk = Walk(seed, visited)
    try:
        for _ in range(STEPS):
            walk.step()
        walk.played.end()
    except Exception:
        if fails(walk.moves) is None:
            raise
        trail = shrunk(walk.moves)
        pytest.fail(f"seed {seed}: {fails(trail)!r}\n{told(trail)}", pytrace=False)
    return walk


def test_random_walks_break_no_rule_and_go_everywhere() -> None:
    """The rules that `invariants` names, at every step, in every cell of every table."""
    visited: Counter[Cell] = Counter()
    refused: set[str] = set()
    wanted = CELLS | STAGES
    for seed in range(FIRST, FIRST + 4 * WALKS):
        refused |= {*walked(seed, visited).played.refused}
        if seed >= FIRST + WALKS - 1 and wanted <= visited.keys():
            break
    assert wanted - visited.keys() == set()
    assert {said for said in refused if len(said) < 20 or said[-1] != "."} == set()
