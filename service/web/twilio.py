"""What Twilio posts to us: texts, receipts, and calls that page somebody.

Every request must be signed for our public address (security: the Host header is nobody's word).
"""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from notifiers.notifier import Receipt
from notifiers.twilio import status, twiml
from notifiers.twilio.patience import PATIENCE
from notifiers.twilio.signature import Form, Inbound, SignatureCheck
from notifiers.wording import menu
from routing.reply import Reply, Verb
from service.choosing import Paged
from service.contacts import OPTED_OUT
from service.hotline.responders import Responders
from service.hotline.safety import DEADLINE
from service.responder import Responder
from service.rung import OVER, page_of, rung, stamp, take_all
from service.settings import Settings
from service.store import codec
from service.store.pool import AWAY, ride_out
from service.store.sql import query
from service.web.problems import AnyRequest, Problem, RowNumber
from service.wiring import Service

XML = "text/xml"
STOP_WORDS = frozenset(
    ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]
)
START_WORDS = frozenset(["START", "YES", "UNSTOP"])
"""What carriers act on themselves (Twilio: opt-out keywords); START only undoes a STOP."""
KEYS = {"1": Verb.ACKNOWLEDGE, "2": Verb.DECLINE, "3": Verb.ESCALATE}
"""What changes something. 5 tells how it stands; any other key is the page once more."""
HOW_IT_STANDS, ALL, REPEAT = "5", "9", "*"
LONGEST_STAMP = 17
"""Digits of an instant in microseconds; the year 5138 is far enough."""
PAUSES = (2, 10)
"""Seconds for a key after each reading of a page."""
READINGS = len(PAUSES)
MOST_WRONG = 5
"""Keys of one call that mean nothing and get the page once more: a line may whistle for ever."""
SORRY = "We cannot be sure that this was written down just now. Please try again in a minute."
AWAY_PAGE = (
    "Heliograph is paging you, but cannot read for what just now. Nothing was changed. "
    "Please look at your texts, or at the console, in a minute."
)
log = structlog.get_logger(__name__)


async def form_of(request: AnyRequest, service: Service) -> dict[str, str]:
    """The fields of a genuine request. Raises a 403 problem for any other."""
    settings = service.settings
    if settings.twilio is None and settings.twilio2 is None:
        raise Problem(404, "Twilio is not set up here.")
    body = await request.body()
    target = request.scope["raw_path"].decode("latin-1")
    if request.scope["query_string"]:
        target += "?" + request.scope["query_string"].decode("latin-1")
    inbound = Inbound(
        target,
        body,
        request.headers.get("content-type", ""),
        request.headers.get("x-twilio-signature", ""),
        request.headers.get("x-twilio-webhooks-signature-settings", ""),
    )
    form = form_in(body)
    tokens = tokens_of(settings, form.get("AccountSid", ""))
    if not SignatureCheck(settings.public_url, tokens).genuine(inbound):
        raise Problem(403, "The signature is missing or wrong. Nothing was changed.")
    return form


def form_in(body: bytes) -> dict[str, str]:
    """The fields of a request nobody has authenticated yet; none where they cannot be read."""
    try:
        return Form.parse(body).first()
    except ValueError:
        return {}


def tokens_of(settings: Settings, account: str) -> tuple[str, ...]:
    """What may sign a request of this account: its own tokens; of an account unnamed, any's."""
    accounts = [a for a in (settings.twilio, settings.twilio2) if a is not None]
    named = [a for a in accounts if a.account_sid == account]
    return tuple(token for a in named or accounts for token in a.auth_tokens)


def _xml(document: bytes) -> Response[bytes]:
    return Response(document, status_code=200, media_type=XML)


@post("/twilio/sms", status_code=200, include_in_schema=False)
async def text(request: AnyRequest, service: NamedDependency[Service]) -> Response[bytes]:
    """A text from a phone: what it did is said in the answer."""
    form = await form_of(request, service)
    key = form.get("MessageSid") or form.get("SmsMessageSid")
    if not key:
        raise Problem(400, "A text has a MessageSid. Nothing was changed.")
    try:
        await _opted(service, form)
        answer = await Responder(service).text(
            f"sms/{key}", form.get("From", ""), form.get("Body", "")
        )
    except AWAY as error:
        log.warning("database_away", door="sms", error=type(error).__name__)
        answer = SORRY
    return _xml(twiml.messaging(answer) if answer else twiml.messaging())


async def _opted(service: Service, form: dict[str, str]) -> None:
    """STOP and START as the carrier handles them: no text reaches someone who opted out."""
    word = (form.get("OptOutType") or form.get("Body") or "").strip().upper()
    shelf = await service.desk.shelf()
    for person in shelf.phones.get(form.get("From", ""), ()):
        for method in shelf.people[person].contact_methods:
            if method.type == "sms" and method.address == form.get("From"):
                if word in STOP_WORDS:
                    await service.contacts.disable(person, method.id, OPTED_OUT)
                elif word in START_WORDS and method.disabled == OPTED_OUT:
                    await service.contacts.enable(person, method.id)


@post("/twilio/status/{row:int}", status_code=204, include_in_schema=False)
async def receipt(row: RowNumber, request: AnyRequest, service: NamedDependency[Service]) -> None:
    """What became of a delivery. Late, repeated and reordered ones change nothing."""
    form = await form_of(request, service)
    token = request.headers.get("i-twilio-idempotency-token", "")
    said: Receipt | None = status.receipt(form, token)
    if said is not None:  # Twilio's own tries are over in a moment, a restart of PostgreSQL is not
        await ride_out(lambda: service.contacts.receipt(row, said), patience=DEADLINE)


@post("/twilio/page/{row:int}", status_code=200, include_in_schema=False)
async def call(
    row: RowNumber,
    request: AnyRequest,
    service: NamedDependency[Service],
    heard: FromQuery[int] = 0,
    wrong: FromQuery[int] = 0,
) -> Response[bytes]:
    """A page by voice: says who, what and how bad, twice, and takes a key meanwhile.

    Who has picked up too late hears the truth, and what else is open for him; who listens hears it
    as soon as he was told once (`heard`: how often that was, `wrong`: keys that meant nothing).
    """
    await form_of(request, service)
    try:
        news = await _news(service, row)
        if news is not None:
            return _last_word(f"{news} I say it again. {news} Goodbye.")
        told = await rung(service, row)
    except AWAY as error:
        log.warning("database_away", door="voice", error=type(error).__name__)
        return _last_word(AWAY_PAGE)
    if told.page is None:
        return _last_word(f"{told.words} Thank you.")
    if heard >= READINGS:
        return _last_word("No key was pressed, so nothing was changed. Goodbye.")
    until = stamp(service.clock.now()) if told.more else 0
    every = f" 9 to take all {told.more + 1}." if told.more else ""
    words = twiml.say(
        f"{told.words} {menu(told.page.facts)}{every}", told.page.facts.speech or None
    )
    action = _address(service, f"{told.page.row}/key", until=until, wrong=wrong)
    asked = twiml.gather(words, action=action, timeout=PAUSES[heard], digits=1)
    here = _address(service, f"{row}", heard=heard + 1, wrong=wrong)
    return _xml(twiml.voice(asked, twiml.redirect(f"{here}{PATIENCE}")))


def _address(service: Service, path: str, **told: int) -> str:
    """Of a page; what is 0 is not told."""
    said = urlencode({name: number for name, number in told.items() if number})
    return f"{service.settings.public_url}/twilio/page/{path}{'?' if said else ''}{said}"


def _last_word(words: str) -> Response[bytes]:
    return _xml(twiml.voice(twiml.say(words), twiml.hangup()))


@post("/twilio/page/{row:int}/key", status_code=200, include_in_schema=False)
async def key(
    row: RowNumber,
    request: AnyRequest,
    service: NamedDependency[Service],
    until: FromQuery[str | None] = None,
    wrong: FromQuery[int] = 0,
) -> Response[bytes]:
    """A key: done first, then said. The same key of the same call is answered the same."""
    form = await form_of(request, service)
    if form.get("Digits") == HOW_IT_STANDS:
        return await _stands(service, row, _address(service, f"{row}", wrong=wrong))
    every = _all_until(form.get("Digits"), until)
    verb = Verb.ACKNOWLEDGE if every else KEYS.get(form.get("Digits", ""))
    if verb is None:
        return _once_more(service, row, wrong + (form.get("Digits") != REPEAT))
    name = f"voice/{form.get('CallSid', '')}/{row}/{'all' if every else verb}"
    try:
        page = await page_of(service, row)
        if page is None:
            return _last_word(f"{OVER} Thank you.")
        if every:
            said = await take_all(service, name, page, every)
        else:
            said = await Responder(service).pressed(name, page.facts.to, Reply(verb), page.paged)
        line = await to_the_line(service, page.paged, verb, form.get("CallSid", ""))
        if line is not None:
            return _xml(line)
    except AWAY as error:
        log.warning("database_away", door="voice", error=type(error).__name__)
        said = SORRY
    return _last_word(said)


def _once_more(service: Service, row: int, wrong: int) -> Response[bytes]:
    if wrong > MOST_WRONG:
        return _last_word("None of these keys means anything, so nothing was changed. Goodbye.")
    return _xml(twiml.voice(twiml.redirect(_address(service, f"{row}", wrong=wrong))))


async def _stands(service: Service, row: int, again: str) -> Response[bytes]:
    """How it stands, then the page once more: nothing is changed."""
    try:
        page = await page_of(service, row)
        said = await Responder(service).stands(page.paged) if page else OVER
    except AWAY as error:
        log.warning("database_away", door="voice", error=type(error).__name__)
        return _last_word(AWAY_PAGE)
    return _xml(twiml.voice(twiml.say(said), twiml.redirect(again)))


async def to_the_line(service: Service, paged: Paged, verb: Verb, line: str) -> bytes | None:
    """Who takes a caller's case stays on the line: it leads to the caller. None for other cases."""
    if verb is not Verb.ACKNOWLEDGE:
        return None
    try:
        return await Responders(service).take(paged.case, paged.person, line)
    except Exception:
        # The case is his already, and the worker brings him to the caller's line.
        log.exception("hotline_line_failed", case=paged.case)
        return None


def _all_until(digits: str | None, until: str | None) -> int:
    """The instant all is meant by, where 9 was offered and pressed; else 0."""
    offered = until is not None and until.isdecimal() and len(until) <= LONGEST_STAMP
    return int(until or 0) if digits == ALL and offered else 0


async def _news(service: Service, row: int) -> str | None:
    """What a call says that wants no answer: a test page. None for a page."""
    async with service.pool.acquire() as conn:
        found = await conn.fetchrow(query("outbox_by_id"), row)
    if found is None or found["kind"] != "announce":
        return None
    return str(codec.decode(found["payload"])["text"])


HANDLERS = [text, receipt, call, key]
