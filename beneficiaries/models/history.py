"""Where a row comes from, and every state it has had."""

import pghistory
import pgtrigger
from django.db import connection, models
from django.db.models.functions import Now

from accounts.models import User
from uploads.models import Upload

STAMP = pgtrigger.Trigger(
    name="stamp",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="NEW.changed_at = now(); RETURN NEW;",
)


def tracked(*, exclude: tuple[str, ...] = ()):
    """Keep every earlier state of a row and stamp each change with the time of its transaction.

    Both are triggers, so set-based SQL is covered like a form save. Taking back an upload relies on
    the stamp: a row that carries a later one was touched by something newer.

    By statement: a hundred thousand rows have one context to look up. See `steady_plans`.
    """
    history = pghistory.track(
        pghistory.UpdateEvent(row="OLD"),
        pghistory.DeleteEvent(),
        exclude=["created_at", *exclude],
        level=pgtrigger.Statement,
    )
    return lambda model: history(pgtrigger.register(STAMP)(model))


def steady_plans(**kwargs) -> None:
    """Let the history triggers join old and new rows by hash, whatever came first in a session.

    Postgres keeps a trigger's plan from its first statement. After one that changed nothing this
    was a nested loop, and the next, of 15,000 rows, took 36 s. Run after every migration, since
    a migration may write the functions anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
            " AND proname LIKE 'pgtrigger_update_update_%'"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"ALTER FUNCTION {function} SET enable_nestloop = off")


class Sourced(models.Model):
    """Which upload and row, or which user, set the row last.

    Without indexes: every change sets both, and an index on a column that always changes would make
    each change rewrite the row's entries in all other indexes too.
    """

    source_upload = models.ForeignKey(
        Upload,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="asal unggahan",
    )
    source_row = models.PositiveIntegerField("asal baris", null=True, blank=True)
    source_user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="diubah oleh",
    )
    created_at = models.DateTimeField("dicatat", db_default=Now())
    changed_at = models.DateTimeField("diubah", db_default=Now())

    class Meta:
        abstract = True
