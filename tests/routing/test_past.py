"""Why somebody was paged, told afterwards."""

from datetime import datetime

from routing.tools.past import Moment, Past, PastPage
from tests.routing.story import Story
from tests.routing.world import MONDAY, minutes


def test_what_became_of_a_page_is_told_in_the_order_it_happened() -> None:
    def at(minute: float, text: str) -> Moment:
        when: datetime = MONDAY + minutes(minute)
        return Moment(at=when, kind="contact", text=text, person="anna")

    page = PastPage(
        "anna", "Anna Lind", MONDAY, 1, "new high case", "on call", "support",
        (at(0, "sms"), at(2, "call")), (at(7, "the call failed"),), at(5, "did not answer"),
    )  # fmt: skip
    told = str(Past(Story().case, "small@1", "all", (page,), ()))
    words = [line.split("Z  ")[1] for line in told.splitlines() if line.startswith("    ")]
    assert words == ["sms", "call", "did not answer", "the call failed"]
