"""From a text to the own page, and from there to a telephone that rings."""

import re

import httpx

from tests.stories.world import World


def test_me_is_answered_with_a_page_whose_test_texts_and_rings(world: World) -> None:
    carl = world.phone("carl")
    text = carl.replies("ME").gets_sms("Your page, for 24 hours")
    link = text.body[text.body.index("/me/") :]
    with httpx.Client(base_url=world.url, trust_env=False, timeout=30) as browser:
        assert "Carl Ek" not in browser.get(link).text
        page = browser.get("/me").text
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert csrf
        answer = browser.post("/me/test", data={"csrf": csrf[1]})
        assert answer.status_code == 303
    carl.gets_sms("TEST by Heliograph for Carl Ek")
    call = carl.rings().answers()
    call.hears("TEST by Heliograph", "nothing to answer")
    call.ends("completed")
