"""Whom a step, a rule or a key of the hotline means, before anybody is looked up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepTarget:
    """`kind`: schedule, person, group, region, region_backup, engineering, duty_manager, channel.

    `id` may be empty for region and region_backup (the acting one), engineering and duty_manager.
    Stakeholders may also be account_manager and csm, without an id.
    """

    kind: str
    id: str = ""
