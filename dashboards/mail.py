"""Sending many e-mails, each by itself: one that fails stops no other."""

import logging
import smtplib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.utils import InterfaceError, OperationalError

logger = logging.getLogger("portal.mail")


class Unfinished(Exception):
    """Work that is not all done and is to be tried again; its text says what is missing."""


@dataclass(frozen=True)
class Letter:
    """`write` makes the message, None where there is nothing to say; `sent` notes that it went.
    `to` is what the log calls the receiver."""

    to: str
    write: Callable[[], EmailMessage | None]
    sent: Callable[[], object]


@dataclass(frozen=True)
class Delivery:
    """How many went, were refused by their mailbox, or could not be made or handed over;
    `is_away`: the mail server did not answer, and those after that were not tried."""

    sent: int = 0
    refused: int = 0
    failed: int = 0
    is_away: bool = False

    def __str__(self) -> str:
        parts = [f"{self.sent} surel dikirim"]
        if self.refused:
            parts.append(f"{self.refused} kotak surel menolak")
        if self.failed:
            parts.append(f"{self.failed} gagal disiapkan atau dikirim")
        if self.is_away:
            parts.append("server surel tidak menjawab")
        return f"{', '.join(parts)}."

    def told(self) -> str:
        """Raises Unfinished where another try may help."""
        if self.failed or self.is_away:
            raise Unfinished(str(self))
        return str(self)


def has_mail_server() -> bool:
    """Whether e-mail goes anywhere; a portal without a server prints it, which helps nobody."""
    return settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend"


def send_each(letters: Iterable[Letter]) -> Delivery:
    """Send them; only a database that is away is raised."""
    sent = refused = failed = 0
    connection = get_connection()
    try:
        connection.open()
        for letter in letters:
            try:
                with transaction.atomic():
                    message = letter.write()
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("e-mail to %s could not be written", letter.to)
                failed += 1
                continue
            if message is None:
                continue
            message.connection = connection
            try:
                message.send()
            except smtplib.SMTPRecipientsRefused:
                logger.warning("the mailbox of %s refuses e-mail", letter.to)
                refused += 1
            except smtplib.SMTPServerDisconnected:
                raise
            except (smtplib.SMTPException, ValueError):
                logger.exception("e-mail to %s failed", letter.to)
                failed += 1
            else:
                letter.sent()
                sent += 1
    except OSError:  # every error of smtplib is one
        logger.exception("the mail server does not answer")
        return Delivery(sent, refused, failed, is_away=True)
    finally:
        connection.close()
    return Delivery(sent, refused, failed)
