"""Creating ServiceNow incidents: POST /api/now/table/incident (docs.servicenow.com, "Table API").

Our mark is the correlation id, which is there for whoever creates incidents from outside. A
priority is never written: ServiceNow works it out of impact and urgency by a table, whose shipped
form is read backwards here.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from urllib.parse import quote

from service.tickets.creating import Creator, Known, first_of, name_in, over
from service.tickets.marker import TAG, external_id, signed
from service.tickets.members import Members
from service.tickets.ticketsystem import Access, Answer, Opened, Opening, Request

SYS_ID = re.compile(r"[0-9a-f]{32}\Z")
TABLE = "/api/now/table"
_JUDGED = {"1": ("1", "1"), "2": ("1", "2"), "3": ("2", "2"), "4": ("2", "3"), "5": ("3", "3")}
"""Priority to impact and urgency."""
_FIELDS = "sysparm_fields=sys_id,number,priority,description&sysparm_limit=10"


class ServiceNowCreator(Creator):
    """The creating half of ServiceNow's incident table."""

    rows_in = "result"
    row_in = "result"

    def look(self, opening: Opening, access: Access, page: int) -> Request:  # noqa: ARG002 - one page
        """By the correlation id."""
        query = quote(f"correlation_id={external_id(opening.case)}", safe="=")
        path = f"{TABLE}/incident?sysparm_query={query}&{_FIELDS}"
        return Request("GET", path, access.headers)

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:
        """The caller, where the address is that of one user alone."""
        if not opening.email:
            return {}
        query = quote(f"email={opening.email.replace('^', '')}^active=true", safe="=")
        path = f"{TABLE}/sys_user?sysparm_query={query}&sysparm_fields=sys_id&sysparm_limit=2"
        users = yield from self.asked(Request("GET", path, access.headers))
        return {"caller": users[0].get("sys_id")} if len(users) == 1 else {}

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:
        """Tags are told as what the other system calls it: incidents have no columns for them."""
        row: dict[str, object] = {
            "short_description": opening.subject,
            "description": signed(opening.text, opening.key),
            "correlation_id": external_id(opening.case),
            "correlation_display": " ".join((TAG, *opening.tags)),
            "contact_type": "phone",
        }
        if priority := first_of(opening.words, _JUDGED):
            row["impact"], row["urgency"] = _JUDGED[priority]
        if opening.email and known.get("caller"):
            row["caller_id"] = known["caller"]
        if opening.organization and SYS_ID.match(opening.organization):
            row["company"] = opening.organization
        body = over(self.wished(access), row)
        return Request("POST", f"{TABLE}/incident", access.headers, body)

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its number, as in its webhooks."""
        number, name = (name_in(row, member, "incident") for member in ("number", "sys_id"))
        url = f"{access.url}/nav_to.do?uri=incident.do%3Fsys_id%3D{quote(name, safe='')}"
        return Opened(number, url, priority=row.word("priority"))

    def permit(self, access: Access) -> Request:
        """An incident: whether we may create one is told only when we do."""
        path = f"{TABLE}/incident?sysparm_fields=sys_id&sysparm_limit=1"
        return Request("GET", path, access.headers)

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the answer
        """ServiceNow hides what a user may not see, and says no word of it."""
        shown = bool(found.many("result"))
        return "" if shown else "ServiceNow shows us no incident; our user needs the role itil."
