"""What an upload has written, before it is final."""

from django.core.exceptions import ValidationError
from django.db import models

from accounts import scope
from spreadsheets.words import thousands
from uploads.models import Upload


def require_in_scope(
    upload: Upload, cursor, model: type[models.Model], *, table: str, column: str
) -> None:
    """What was written must lie in the sender's scope, or nothing is written (DESIGN section 4).

    `column` of the temporary `table` holds the ids of the written rows of `model`, or NULL.
    """
    cursor.execute(f"SELECT count(DISTINCT {column}) FROM {table}")
    written = cursor.fetchone()[0]
    outside = written - scope.count_visible(model, upload.sent_by, table=table, column=column)
    if outside:
        or_bank = " atau banknya" if upload.sent_by.bank_id else ""
        raise ValidationError(
            f"{thousands(outside)} baris berada di luar wilayah tugas pengirim{or_bank}."
            " Unggahan tidak diterapkan dan data terdaftar tidak berubah."
        )
