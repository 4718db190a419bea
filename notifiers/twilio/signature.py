"""Whether a request to us comes from Twilio. Everything here works on the bytes as they came.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security. The scheme has no timestamp,
so a genuine request can be replayed by whoever captured it. Act once per signed identity: the
MessageSid of a text, the rank of a receipt. I-Twilio-Idempotency-Token is the same over its own
retries, but it is not signed, so it keeps out nobody.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator

from notifiers.twilio.patience import PATIENCE

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"
IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"

_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request that claims to come from Twilio."""

    target: str
    """Path and query exactly as they came, with their percent-encoding."""
    body: bytes
    content_type: str
    signature: str
    """The X-Twilio-Signature header, or empty."""
    settings: str = ""
    """The X-Twilio-Webhooks-Signature-Settings header, which a SharedKey's signature brings."""


class Form(dict[str, list[str]]):
    """The fields of a form, each with all its values."""

    @classmethod
    def parse(cls, body: bytes) -> "Form":
        """Raises ValueError (UnicodeDecodeError) for what is no form of at most 1000 fields."""
        form = cls()
        text = body.decode("utf-8")
        for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS):
            form.setdefault(name, []).append(value)
        return form

    def getall(self, name: str) -> list[str]:
        return self[name]

    def first(self) -> dict[str, str]:
        return {name: values[0] for name, values in self.items()}


class SignatureCheck:
    """Holds what Twilio knows of us: our public address and the secrets it may sign with."""

    def __init__(
        self,
        public_url: str,
        tokens: Sequence[str],
        shared_keys: Mapping[str, str] | None = None,
    ) -> None:
        """`tokens`: the auth tokens in force, two during a rotation. `shared_keys`: id to secret.

        Only `public_url` says how Twilio reaches us; a Host or X-Forwarded header proves nothing.
        """
        self._public_url = public_url
        self._tokens = tuple(tokens)
        self._shared_keys = dict(shared_keys or {})

    def genuine(self, inbound: Inbound) -> bool:
        """True only if one of our secrets signed this very address and body."""
        form = _signed_fields(inbound)
        if form is None or not inbound.signature:
            return False
        given = inbound.signature.encode("utf-8", "surrogateescape")
        return any(
            hmac.compare_digest(sign(secret, address, form, algorithm).encode(), given)
            for address in addresses(self._public_url, inbound.target)
            for secret, algorithm in self._secrets(inbound.settings)
        )

    def _secrets(self, settings: str) -> Iterator[tuple[str, str]]:
        if not settings.strip():
            yield from ((token, HMAC_SHA1) for token in self._tokens)
            return
        parts = dict(_part(part) for part in settings.split(","))
        algorithm = parts.get("algorithm", HMAC_SHA1).upper()
        secret = self._shared_keys.get(parts.get("key", ""))
        if secret is not None and algorithm in {HMAC_SHA1, HMAC_SHA256}:
            yield secret, algorithm


def sign(secret: str, address: str, form: Form, algorithm: str = HMAC_SHA1) -> str:
    """The signature Twilio would send for a form posted to `address` (no fragment)."""
    validator: Any = RequestValidator(secret)  # type: ignore[no-untyped-call] # the library's gap
    return str(validator.compute_signature(address, form, algorithm))


def addresses(public_url: str, target: str) -> list[str]:
    """Every way in which Twilio may have written the address it called.

    It is not consistent about naming the port, not even a default one; and a proxy may or may not
    have taken the path prefix of `public_url` away before the request reached us. Stand-ins have
    been seen to sign the fragment that asks for patience, which Twilio itself leaves out.
    """
    base = urlsplit(public_url)
    prefix = base.path.rstrip("/")
    paths = [prefix + target]
    if prefix and target.startswith(prefix + "/"):
        paths.append(target)
    return [
        f"{base.scheme}://{host}{path}{fragment}"
        for fragment in ("", PATIENCE)
        for host in _hosts(base.netloc, base.scheme)
        for path in paths
    ]


def _hosts(netloc: str, scheme: str) -> list[str]:
    bare, colon, port = netloc.rpartition(":")
    if colon and port.isdecimal():
        return [netloc, bare]
    return [netloc, f"{netloc}:{443 if scheme == 'https' else 80}"]


def _signed_fields(inbound: Inbound) -> Form | None:
    """The fields that take part in the signature; None if the body is not authenticated."""
    if not inbound.body:
        return Form()
    if inbound.content_type.partition(";")[0].strip().lower() == _FORM:
        try:
            return Form.parse(inbound.body)
        except ValueError:
            return None
    claimed = parse_qs(urlsplit(inbound.target).query).get("bodySHA256", [""])[0]
    actual = sha256(inbound.body).hexdigest()
    return Form() if hmac.compare_digest(actual.encode(), claimed.lower().encode()) else None


def _part(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()
