"""The mail server: whether it can be reached, encrypts, knows us and takes our sender."""

from notifiers.email.account import SmtpAccount
from notifiers.email.session import Sessions
from notifiers.notifier import Fault, Refused
from service.doctor.finding import Finding, bad, good, warn
from service.settings import Settings

NAME = "HELIOGRAPH_SMTP_URL"


async def check_mail(settings: Settings) -> list[Finding]:
    """Goes as far as a send goes before the recipient is named; nothing is sent."""
    url = settings.channels.get("smtp")
    if url is None:
        return []
    account = SmtpAccount.parse(url)
    sessions = Sessions(account)
    encrypted, trouble = await sessions.introduce()
    sessions.close()
    if isinstance(trouble, Refused) and trouble.fault is Fault.CONFIGURATION:
        fix = f"Correct user, password, encryption and sender in {NAME}."
        return [bad("mail", f"Nobody can be paged by e-mail. {trouble.reason}", fix)]
    if trouble is not None:
        fix = f"Check host and port in {NAME}, the network and the mail server."
        return [bad("mail", f"Nobody can be paged by e-mail now. {trouble.reason}", fix)]
    taken = good("mail", f"{account.host} takes letters from {account.sender}.")
    if encrypted:
        return [taken]
    says = f"{account.host} is spoken to in the clear: links that answer pages can be read."
    return [taken, warn("mail", says, f"Use smtps:// or smtp+starttls:// in {NAME}.")]
