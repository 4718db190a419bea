"""The small support organisation with a hotline, on paper: Ada rings it, Carl is rung."""

from tests.stories import organisation

NUMBER = "+14155550100"
"""Its own, which the simulator has as well."""
ADA, ANNA, CARL, BEN, GRACE = (
    "+14155550123", *(organisation.NUMBERS[name] for name in ("anna", "carl", "ben", "grace"))
)  # fmt: skip
STRANGER = organisation.NUMBERS["stranger"]
PIN = "482915"
POLICY = (
    organisation.POLICY.replace("mattermost@2021-08", "mattermost@2018-03")
    + f"""
hotline:
  number: "{NUMBER}"
  greeting: Small Support.
  escalate: voices
  portal: support.example
  fallback_numbers: ["{GRACE}"]
"""
)
DIRECTORY = organisation.DIRECTORY.replace(
    "contacts: [{name: Ada Byron, email: ada@acme.example, named: true}]",
    f'pin: "{PIN}"\n    contacts: [{{name: Ada Byron, email: ada@acme.example, '
    f'phone: "{ADA}", named: true}}]',
).replace(
    "urgent: [{method: mobile, after: 0m}, {method: call, after: 2m}]",
    "urgent: [{method: call, after: 0m}]",
)
