"""A phone nobody has proved to be a person's is not used: not to page, not to answer."""

from tests.stories import organisation
from tests.stories.conftest import Build

UNA = f"""
  - id: una
    name: Una Berg
    contact_methods:
      - {{id: mobile, type: sms, address: "{organisation.NUMBERS["stranger"]}", verified: false}}
      - {{id: call, type: voice, address: "{organisation.NUMBERS["stranger"]}", verified: false}}
"""


def test_an_unverified_phone_is_neither_paged_nor_believed(build: Build) -> None:
    policy = organisation.POLICY.replace("people: [anna]", "people: [una]")
    world = build(policy=policy, directory=organisation.DIRECTORY + UNA.lstrip("\n"))
    ticket = world.ticket()
    world.phone("ben").gets_sms(ticket.case)
    assert ticket.pages("unreachable") == ["una"]
    world.phone("stranger").replies("1").gets_sms("belongs to nobody on call here")
    assert (ticket.state, ticket.owner) == ("paging", None)
