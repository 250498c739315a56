"""The sheets of the matching with Dukcapil: an answer to a request, and what officers repair."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from spreadsheets.errors import SheetRefused
from uploads.itself import Once, compare_with_itself
from uploads.kinds import SheetKind
from uploads.models import Upload
from verification import tasks
from verification.actions import matching as actions
from verification.models import MatchBatch

ANSWERS = {
    "jawaban_dukcapil": MatchBatch.Form.JAWABAN,
    "data_kependudukan": MatchBatch.Form.EKSTRAK,
}


def waiting_batches(user: User) -> list[tuple[str, str]]:
    """The requests of the user's region that wait for an answer, as (reference, name)."""
    batches = MatchBatch.objects.visible_to(user).waiting().select_related("region")
    return [(str(batch.pk), str(batch)) for batch in batches]


def batch_name(reference: str) -> str:
    batch = MatchBatch.objects.select_related("region").filter(pk=reference).first()
    return str(batch) if batch else f"Permintaan {reference}"


def _batch_of(upload: Upload) -> MatchBatch:
    batches = MatchBatch.objects.visible_to(upload.sent_by).select_related("region")
    found = batches.filter(pk=upload.reference).first() if upload.reference.isdecimal() else None
    if found is None:
        raise SheetRefused(
            "PERMINTAAN_TIDAK_DIKENAL",
            f"Permintaan {upload.reference} tidak ada di wilayah Anda; pilih permintaan yang"
            " dijawab berkas ini.",
        )
    return found


def admit(upload: Upload, identity: dict[str, str]) -> None:
    """An answer is taken for a request that waits, of the same region, under a valid PKS."""
    if not upload.pk:
        return  # checked from the command line: it answers nothing
    if not upload.reference:
        raise SheetRefused(
            "TANPA_PERMINTAAN",
            "Tidak ada permintaan yang dijawab berkas ini; pilih permintaannya saat mengirim, atau"
            " buat dahulu permintaan pemadanan.",
        )
    batch = _batch_of(upload)
    if batch.status != MatchBatch.Status.DIMINTA:
        raise SheetRefused(
            "PERMINTAAN_TIDAK_MENUNGGU",
            f"{batch} {batch.get_status_display().lower()}, jadi jawabannya tidak diterima lagi.",
        )
    if batch.region_id != upload.region_id:
        raise SheetRefused(
            "PERMINTAAN_WILAYAH_LAIN",
            f"{batch} tidak untuk {upload.region}; pilih wilayah yang sama dengan permintaannya.",
        )
    if batch.form != ANSWERS[upload.kind]:
        raise SheetRefused(
            "BENTUK_JAWABAN_LAIN",
            f"{batch} meminta {batch.get_form_display().lower()}; kirim lembar yang sesuai.",
        )
    try:
        actions.valid_agreement(batch.region)
    except ValidationError as refused:
        raise SheetRefused("TANPA_PKS", " ".join(refused.messages)) from refused


_itself = compare_with_itself(outside="warning")

# Two persons under one NIK; the same person told twice does no harm.
_TWICE = """
INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'NIK_DIJAWAB_DUA_KALI', 'error',
    'NIK ini dijawab dengan orang yang berbeda pada ' || d.n || ' baris (' || d.rows
    || '). Buang baris yang keliru.', s.nik
FROM staged s JOIN (
    SELECT nik, count(*) AS n,
        array_to_string((array_agg(row_number ORDER BY row_number))[1:5], ', ') AS rows
    FROM staged WHERE nik <> '' GROUP BY nik
    HAVING count(DISTINCT (name, birth_date)) > 1
) d USING (nik)
"""
_NOT_ASKED = """
INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'TIDAK_DIMINTA', 'error',
    'NIK ini tidak diminta dalam permintaan ini, jadi barisnya tidak dipakai.', s.nik
FROM staged s
WHERE s.nik <> '' AND NOT EXISTS (SELECT FROM verification_matchresult r
    WHERE r.batch_id = %(batch)s AND r.asked_nik = s.nik)
"""


def compare(upload: Upload, cursor) -> None:
    """Doubles within the answer, and whether these persons were asked for at all."""
    _itself(upload, cursor)
    cursor.execute(_TWICE)
    if not upload.pk or ANSWERS[upload.kind] != MatchBatch.Form.JAWABAN:
        return
    cursor.execute(_NOT_ASKED, {"batch": upload.reference})
    strangers = cursor.rowcount
    cursor.execute("SELECT count(*) FROM staged")
    if strangers * 2 > cursor.fetchone()[0]:
        raise SheetRefused(
            "JAWABAN_PERMINTAAN_LAIN",
            "Sebagian besar NIK dalam berkas ini tidak diminta pada"
            f" {batch_name(upload.reference)}; pilih permintaan yang dijawabnya.",
        )


def lock(upload: Upload, cursor) -> None:
    cursor.execute(
        "SELECT id FROM verification_matchbatch WHERE id = %s FOR UPDATE", [upload.reference]
    )


_KEEP = """
INSERT INTO verification_civilrecord (batch_id, region_id, row_number, nik, kk_number, name,
    birth_place, birth_date, sex, mother_name, address, village_code, response, expires_on)
SELECT %(batch)s, %(region)s, s.row_number, s.nik, s.kk_number, s.name, left(s.birth_place, 100),
    nullif(s.birth_date, '')::date, s.sex, s.mother_name, left(s.address, 250), s.village,
    {outcome}, %(expires)s
FROM staged s WHERE s.writable
"""


def apply(upload: Upload, cursor) -> None:
    """Keep the civil records apart, for as long as the agreement allows; matching follows."""
    batch = MatchBatch.objects.select_related("agreement", "region").get(pk=upload.reference)
    actions.valid_agreement(batch.region)
    is_answer = ANSWERS[upload.kind] == MatchBatch.Form.JAWABAN
    cursor.execute(
        _KEEP.format(outcome="s.outcome" if is_answer else "''"),
        {
            "batch": batch.pk,
            "region": batch.region_id,
            "expires": timezone.localdate() + timedelta(days=batch.agreement.keep_days),
        },
    )
    actions.take_answer(batch, upload=upload)


def follow(upload: Upload) -> None:
    """With the answer in the portal the matching begins."""
    if upload.status == Upload.Status.DITERAPKAN:
        tasks.match.enqueue(int(upload.reference))


def revert(upload: Upload, cursor) -> None:
    """Take the answer back, unless somebody has decided on what came of it."""
    batch = MatchBatch.objects.get(pk=upload.reference)
    actions.take_back_answer(batch)
    cursor.execute(
        "UPDATE uploads_uploadrow SET outcome = 'DIKEMBALIKAN'"
        " WHERE upload_id = %s AND outcome = 'DITERAPKAN'",
        [upload.pk],
    )


def _answer(key: str, title: str, layout: str) -> SheetKind:
    return SheetKind(
        key=key,
        title=title,
        layout_path=f"verification.sheets:{layout}",
        subject=("name", "nik", "village"),
        senders=frozenset({Role.DUKCAPIL, Role.PETUGAS, Role.KOORDINATOR}),
        admit=admit,
        compare=compare,
        lock=lock,
        apply=apply,
        revert=revert,
        follow=follow,
        references=waiting_batches,
        reference_name=batch_name,
    )


JAWABAN_DUKCAPIL = _answer("jawaban_dukcapil", "Jawaban Dukcapil", "JAWABAN_DUKCAPIL")
DATA_KEPENDUDUKAN = _answer("data_kependudukan", "Data kependudukan", "DATA_KEPENDUDUKAN")

PERBAIKAN_NIK = SheetKind(
    key="perbaikan_nik",
    title="Perbaikan NIK",
    layout_path="verification.sheets:PERBAIKAN_NIK",
    subject=("name", "nik", "address"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    compare=compare_with_itself(
        Once(("member_id",), "ANGGOTA_DUA_KALI", "ID ART ini"),
        Once(("new_nik",), "NIK_BARU_DUA_KALI", "NIK perbaikan ini"),
        outside=None,
    ),
)
