"""What is printed from the code says what the code says."""

import pytest

from routing.case import RUNS, State
from tools.states import DEADLINES, GENERATED, MEANS, ROOT


@pytest.mark.parametrize("place", GENERATED)
def test_a_printed_page_is_what_the_code_prints(place: str) -> None:
    said = (ROOT / place).read_text()
    assert said == GENERATED[place]() + "\n", f"{place} is old: run `make docs`"


def test_every_state_and_every_deadline_is_explained() -> None:
    assert MEANS.keys() == set(State)
    assert DEADLINES.keys() == {deadline for runs in RUNS.values() for deadline in runs}
