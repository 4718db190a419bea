"""A small support organisation: Anna is on call, then Ben, then Sustained Engineering's Erik."""

POLICY = """
policy: small
name: Small support
extends: mattermost@2021-08

schedules:
  support: {zone: UTC, rotation: {people: [anna], every: 1 week, handoff: mon 09:00}}
  voices: {zone: UTC, rotation: {people: [carl], every: 1 week, handoff: mon 09:00}}
  engineers: {zone: UTC, rotation: {people: [erik], every: 1 week, handoff: mon 09:00}}

escalation_policies:
  support:
    steps:
      - {page: schedule support, wait: 5m}
      - {page: person ben, wait: 5m}
      - {page: engineering, wait: 5m}
    rounds: 2
  voices:
    steps:
      - {page: schedule voices, wait: 10m}
      - {page: person ben, wait: 5m}
    rounds: 1
  engineers:
    steps: [{page: engineering, wait: 10m}]
    rounds: 1

duty_manager: person grace

engineering:
  schedule: engineers
  escalate: engineers
  after:
    - {when: {severity: L1}, after: 4h}
    - {after: 3d}

routes:
  - {id: by-voice, when: {tags: [by-voice]}, escalate: voices, page: now}
  - {id: later, when: {severity: L4, plan: premier}, escalate: support, page: at_risk, at_risk: 1h}
  - {id: everything, escalate: support, page: now}
"""

DIRECTORY = """
accounts:
  - id: acme
    name: Acme Corp
    plan: premier
    domains: [acme.example]
    external_ids: {zendesk: "4112492"}
    contacts: [{name: Ada Byron, email: ada@acme.example, named: true}]
  - {id: borealis, name: Borealis Ltd, plan: e10, domains: [borealis.example]}
  - id: cedar
    name: Cedar Works
    plan: e10
    contacts: [{name: Mia Ford, email: mia.ford@gmail.com}]
people:
  - id: carl
    name: Carl Ek
    contact_methods:
      - {id: mobile, type: sms, address: "+46701740607", verified: true}
      - {id: call, type: voice, address: "+46701740607", verified: true}
    contact_rules:
      urgent: [{method: mobile, after: 0m}, {method: call, after: 2m}]
      normal: [{method: mobile, after: 0m}, {method: call, after: 2m}]
"""

NUMBERS = {
    "anna": "+46701740605",
    "ben": "+46701740606",
    "carl": "+46701740607",
    "grace": "+46701740608",
    "erik": "+447700900101",
    "stranger": "+46701740699",
}
"""From ranges that are kept for fiction. The stranger is in no directory."""

for _id, _name in (
    ("anna", "Anna Lind"),
    ("ben", "Ben Okafor"),
    ("erik", "Erik Haas"),
    ("grace", "Grace Holm"),
):
    DIRECTORY += (
        f"  - {{id: {_id}, name: {_name}, email: {_id}@support.example, contact_methods: "
        f'[{{id: mobile, type: sms, address: "{NUMBERS[_id]}", verified: true}}]}}\n'
    )
