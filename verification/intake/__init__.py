"""From a sheet of field results to the cases and the register, and back.

All in set-based SQL on the temporary tables of uploads/staging.py; a sheet of 14,000 rows costs the
same few statements as one of ten.
"""

from django.core.exceptions import ValidationError

from accounts.roles import Role
from uploads.kinds import SheetKind
from uploads.models import Upload
from verification.actions import sheets as actions
from verification.intake.admitting import (
    admit,
    not_running,
    round_name,
    round_of,
    running_rounds,
)
from verification.intake.comparing import compare
from verification.intake.writing import apply, lock, revert
from verification.models import Round


def follow(upload: Upload) -> None:
    """Cases go where their upload goes. Raises `ValidationError` for what cannot be handed in."""
    status = Upload.Status
    if upload.status == status.DIAJUKAN:
        round = round_of(upload)
        if round.status != Round.Status.BERJALAN:
            raise ValidationError(f"{not_running(round)} Unggahan tidak dapat diajukan lagi.")
        if not upload.rows_to_apply:
            raise ValidationError(
                "Belum ada hasil kunjungan yang diisi atau berubah, jadi tidak ada yang diajukan."
            )
        actions.claim_cases(upload)
    elif upload.status == status.DISETUJUI:
        actions.claim_cases(upload)
    elif upload.status == status.DIKEMBALIKAN:
        event = upload.events.order_by("-at", "-pk").first()
        actions.return_cases(upload, reason=event.note)
    elif upload.status == status.DIBATALKAN:
        actions.undo_cases(upload)
        actions.release_cases(upload)
    elif upload.status in (status.DITERAPKAN, status.GAGAL):
        actions.release_cases(upload)


HASIL_VERIFIKASI = SheetKind(
    key="hasil_verifikasi",
    title="Hasil verifikasi",
    layout_path="verification.sheets:HASIL_VERIFIKASI",
    subject=("name", "nik", "village_name"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    admit=admit,
    lock=lock,
    compare=compare,
    apply=apply,
    revert=revert,
    follow=follow,
    references=running_rounds,
    reference_name=round_name,
)
