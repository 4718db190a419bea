"""Every ticket system we speak with, by the name it has in `/webhooks/{source}`."""

from __future__ import annotations

from collections.abc import Mapping

from service.tickets.alertmanager import Alertmanager
from service.tickets.freshdesk import Freshdesk
from service.tickets.github import GitHub
from service.tickets.gitlab import GitLab
from service.tickets.hubspot import HubSpot
from service.tickets.jira import Jira
from service.tickets.servicenow import ServiceNow
from service.tickets.standard import Standard
from service.tickets.ticketsystem import Creating, TicketSystem
from service.tickets.zammad import Zammad
from service.tickets.zendesk import Zendesk
from service.tickets.zoho_desk import ZohoDesk

_ALL: tuple[TicketSystem, ...] = (
    Zendesk(),
    Jira(),
    Freshdesk(),
    Zammad(),
    ZohoDesk(),
    ServiceNow(),
    HubSpot(),
    GitHub(),
    GitLab(),
    Alertmanager(),
    Standard(),
)
SYSTEMS: Mapping[str, TicketSystem] = {system.source: system for system in _ALL}


def creating(source: str) -> Creating | None:
    """The system, where tickets are created in it."""
    system: object = SYSTEMS.get(source)
    return system if isinstance(system, Creating) else None
