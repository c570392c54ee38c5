"""A Mail -> the bytes that a mail server is given: both bodies in one message, the better one last (RFC 2046, 5.1.4)."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from worker.domain.message import Mail


def enclosed(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    """The message, ready to go. `sender` is the address that it comes from, checked when the configuration was read."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = ", ".join(mail.to)
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = mail.message_id
    letter["Auto-Submitted"] = "auto-generated"  # nobody's absence note comes back (RFC 3834, 5)
    letter.set_content(mail.text, cte="quoted-printable")
    letter.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return letter
