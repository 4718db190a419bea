"""Every ticket system we speak with, by the name it has in `/webhooks/{source}`."""

from __future__ import annotations

from collections.abc import Mapping

from service.tickets.standard import Standard
from service.tickets.ticketsystem import TicketSystem
from service.tickets.zendesk import Zendesk

_ALL: tuple[TicketSystem, ...] = (
    Zendesk(),
    Standard(),
)
SYSTEMS: Mapping[str, TicketSystem] = {system.source: system for system in _ALL}
