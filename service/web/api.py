"""`/api/v1`: everything a program can ask of Heliograph, behind one guard."""

from __future__ import annotations

import inspect

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from service.tokens import ROLES
from service.web import (
    api_absences,
    api_actions,
    api_backtest,
    api_call,
    api_cases,
    api_directory,
    api_engineering,
    api_hotline,
    api_intake,
    api_oncall,
    api_own,
    api_pacing,
    api_policy,
    api_policy_versions,
    api_recordings,
    api_verifying,
    calendars,
)
from service.web.asking import known_parameters
from service.web.security import guard
from service.web.strict import Strict

PATH = "/api/v1"
SECTIONS = {
    "Cases": [*api_cases.HANDLERS, *api_actions.HANDLERS, *api_call.HANDLERS],
    "On call": [*api_oncall.HANDLERS, *api_absences.HANDLERS, *calendars.HANDLERS],
    "Sustained Engineering": api_engineering.HANDLERS,
    "Directory": [*api_directory.HANDLERS, *api_own.HANDLERS, *api_verifying.HANDLERS],
    "Hotline": [*api_hotline.HANDLERS, *api_recordings.HANDLERS],
    "Policy": [
        *api_policy.HANDLERS,
        *api_policy_versions.HANDLERS,
        *api_backtest.HANDLERS,
    ],
    "Intake": api_intake.HANDLERS,
    "Pacing": api_pacing.HANDLERS,
}
"""Title in the documentation to handlers."""


def documented(handler: HTTPRouteHandler) -> HTTPRouteHandler:
    """The handler, its documentation saying which roles it is open to."""
    words = inspect.getdoc(handler.fn) or ""
    roles = ", ".join(role for role in ROLES if role in handler.opt["roles"])
    handler.description = f"{words}\n\nRoles: {roles}.".strip()
    return handler


def api_router() -> Router:
    """For `Litestar(route_handlers=...)`; handlers find the service through `service`."""
    return Router(
        PATH,
        route_handlers=[
            Router("/", route_handlers=[documented(h) for h in handlers], tags=[title])
            for title, handlers in SECTIONS.items()
        ],
        guards=[guard],
        before_request=known_parameters,
        dto=Strict,
        return_dto=None,
        security=[{"token": []}],
    )
