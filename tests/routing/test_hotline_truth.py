"""What an engineer hears whose key comes too late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.hotline_call import Call, State
from routing.hotline_callback import Callback, CallbackState
from routing.hotline_truth import Standing, Truth, instead
from routing.hotline_words import WORDS

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
RINGS = Call("CA1", "+14155550101", "room", NOW, State.CONNECTING)
GONE = replace(RINGS, state=State.ENDED, outcome="abandoned")
WITH_BEN = replace(RINGS, state=State.BRIDGED, responder="ben")
SPOKE = replace(WITH_BEN, state=State.ENDED, outcome="bridged", met_at=NOW)
PROMISE = Callback("CA1", "ACME-7", "+14155550101", NOW, NOW, NOW)
KEPT = replace(PROMISE, state=CallbackState.DONE, outcome="kept", person="ben", reached_at=NOW)
DIALS = replace(PROMISE, state=CallbackState.CALLING_CUSTOMER, person="ben")
LATER = replace(GONE, started_at=NOW + timedelta(hours=1))
MINE = Standing("anna", live=True)


@pytest.mark.parametrize(
    ("standing", "truth"),
    [
        (replace(MINE, call=GONE), Truth("caller_gone")),
        (replace(MINE, call=GONE, callback=PROMISE), Truth("caller_gone")),
        (replace(MINE, call=WITH_BEN), Truth("has_caller", "ben")),
        (replace(MINE, owner="ben", call=WITH_BEN), Truth("has_caller", "ben")),
        (replace(MINE, call=replace(WITH_BEN, state=State.CONNECTING)), Truth("has_caller", "ben")),
        (replace(MINE, call=replace(WITH_BEN, responder="anna")), Truth("other_line")),
        (replace(MINE, call=GONE, callback=DIALS), Truth("has_caller", "ben")),
        (replace(MINE, callback=replace(DIALS, state=CallbackState.BRIDGED)),
         Truth("has_caller", "ben")),
        (replace(MINE, callback=replace(DIALS, person="anna")), Truth("other_line")),
        (replace(MINE, owner="ben", call=SPOKE), Truth("has_spoken", "ben")),
        (replace(MINE, call=replace(SPOKE, responder="anna")), Truth("caller_gone")),
        (replace(MINE, call=GONE, callback=KEPT), Truth("has_spoken", "ben")),
        (replace(MINE, callback=replace(KEPT, outcome="late")), Truth("has_spoken", "ben")),
        (replace(MINE, callback=replace(KEPT, outcome="unreachable", reached_at=None)),
         Truth("caller_gone")),
        (replace(MINE, call=LATER, callback=KEPT), Truth("caller_gone")),
        (replace(MINE, owner="ben", call=RINGS), Truth("has_case", "ben")),
        (replace(MINE, owner=None, call=RINGS), Truth("not_yours")),
        (replace(MINE, live=False, call=GONE), Truth("case_over")),
        (replace(MINE, live=False, call=SPOKE), Truth("has_spoken", "ben")),
    ],
)  # fmt: skip
def test_who_comes_too_late_hears_what_is_true(standing: Standing, truth: Truth) -> None:
    found = instead("anna", standing)
    assert found == truth
    assert ("{who}" in WORDS[found.key]) == (found.who is not None)
