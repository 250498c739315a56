"""Recording a decree with its list, comparing it with what was forwarded, applying it, undoing it.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

import hashlib
import io
from datetime import date

import pghistory
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from beneficiaries import actions as register
from regions.models import Region
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import CheckContext
from spreadsheets.limited import check_in_child
from verification.actions import rounds
from verification.actions.endorsement import locked, move, named, note_step
from verification.actions.quotas import locked_quotas_of, require_within
from verification.figures.quotas import unplaced
from verification.models import Attachment, Case, Decree, Endorsement

LAYOUT = "verification.sheets.endorsement:DAFTAR_PENETAPAN"
Status = Decree.Status


@transaction.atomic
def record_decree(
    endorsement: Endorsement,
    *,
    number: str,
    official_name: str,
    official_office: str,
    signed_on: date,
    effective_on: date,
    scan: Attachment,
    list_file: File,
    by: User,
) -> Decree:
    """Write down the decree for a forwarded list and compare its own list with that one."""
    endorsement = locked(endorsement)
    region = endorsement.region
    require(by, "verification.add_decree", region.pk)
    if endorsement.status != Endorsement.Status.DITERUSKAN:
        raise ValidationError(
            f"Pengesahan ini berstatus {endorsement.get_status_display().lower()}; penetapan"
            " dicatat untuk daftar yang sudah diteruskan ke pusat."
        )
    _number_is_of_this_round(number, endorsement)
    if signed_on > timezone.localdate():
        raise ValidationError({"signed_on": "Tanggal penetapan setelah hari ini."})
    if signed_on < timezone.localdate(endorsement.forwarded_at):
        raise ValidationError(
            {"signed_on": "Tanggal penetapan sebelum daftar diteruskan ke pusat."}
        )
    digest = hashlib.sha256(b"".join(list_file.chunks())).hexdigest()
    decree = Decree(
        endorsement=endorsement,
        region=region,
        number=number,
        official_name=official_name,
        official_office=official_office,
        signed_on=signed_on,
        effective_on=effective_on,
        scan=scan,
        list_name=list_file.name[:200],
        list_sha256=digest,
        recorded_by=by,
    )
    decree.validate_constraints()
    decree.list_file.save(f"{digest}.bin", list_file, save=False)
    decree.save()
    try:
        decree.rows_read = _compare(decree)
    except (SheetRefused, ValidationError):
        decree.list_file.delete(save=False)
        raise
    decree.save(update_fields=["rows_read"])
    note_step(endorsement, "Penetapan dicatat", by=by, note=f"Nomor {number}")
    return decree


def _number_is_of_this_round(number: str, endorsement: Endorsement) -> None:
    other = (
        Decree.objects.standing()
        .filter(number__iexact=number)
        .exclude(endorsement__round=endorsement.round_id)
        .select_related("endorsement__round")
        .first()
    )
    if other:
        raise ValidationError(
            {
                "number": f"Penetapan nomor {number} sudah dicatat untuk"
                f" {other.endorsement.round}; daftar ini dari {endorsement.round}. Periksa"
                " nomornya."
            }
        )


_STAGE = """
DROP TABLE IF EXISTS decreed;
CREATE TEMPORARY TABLE decreed (sheet text, row_number integer, dtks_id text, nik text,
    kk_number text, name text) ON COMMIT DROP
"""
# A row is known by its ID DTKS, else by the NIK of the pengurus, else by its KK.
_MATCH = """
DROP TABLE IF EXISTS known;
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT DISTINCT ON (d.sheet, d.row_number) d.*, i.id AS item_id
FROM decreed d
LEFT JOIN verification_endorsementitem a
    ON a.endorsement_id = %(endorsement)s AND d.dtks_id <> '' AND a.dtks_id = d.dtks_id
LEFT JOIN verification_endorsementitem b
    ON b.endorsement_id = %(endorsement)s AND d.nik <> '' AND b.nik = d.nik
LEFT JOIN verification_endorsementitem c
    ON c.endorsement_id = %(endorsement)s AND d.kk_number <> '' AND c.kk_number = d.kk_number
LEFT JOIN verification_endorsementitem i ON i.id = coalesce(a.id, b.id, c.id)
ORDER BY d.sheet, d.row_number, i.position;
ANALYZE known
"""
_FIELDS = (
    ("ID DTKS", "dtks_id"),
    ("NIK", "nik"),
    ("Nomor KK", "kk_number"),
    ("Nama", "name"),
)
_DIFFERENCES = " || ".join(
    f"CASE WHEN k.{name} <> '' AND upper(k.{name}) <> upper(i.{name})"
    f" THEN jsonb_build_array(jsonb_build_array('{label}', i.{name}, k.{name}))"
    " ELSE '[]'::jsonb END"
    for label, name in _FIELDS
)
_TELL = f"""
INSERT INTO verification_decreeitem (decree_id, kind, item_id, household_id, village_id, row_number,
    dtks_id, kk_number, nik, name, differences)
SELECT %(decree)s,
    CASE WHEN x.place > 1 THEN 'BARIS_LAIN'
        WHEN x.result IS NULL OR x.result = '' THEN 'TIDAK_DITERUSKAN'
        WHEN x.result = 'KELUAR' THEN 'KELUAR_DITETAPKAN'
        WHEN x.differences = '[]' THEN 'SAMA'
        ELSE 'BERBEDA' END,
    x.item_id, coalesce(x.household_id, h.id), coalesce(x.village_id, h.village_id, %(region)s),
    x.row_number, left(x.dtks_id, 32), left(x.kk_number, 20), left(x.nik, 20), left(x.name, 150),
    CASE WHEN x.place > 1 THEN '[]' ELSE x.differences END
FROM (
    SELECT k.*, i.result, i.household_id, i.village_id,
        CASE WHEN i.id IS NULL THEN '[]'::jsonb ELSE {_DIFFERENCES} END AS differences,
        row_number() OVER (
            PARTITION BY k.item_id, CASE WHEN k.item_id IS NULL THEN
                coalesce(nullif(k.dtks_id, ''), nullif(k.kk_number, ''), nullif(k.nik, ''),
                    k.row_number::text) END
            ORDER BY (k.nik = i.nik) DESC NULLS LAST, (k.name = i.name) DESC NULLS LAST,
                k.sheet, k.row_number
        ) AS place
    FROM known k LEFT JOIN verification_endorsementitem i ON i.id = k.item_id
) x
LEFT JOIN beneficiaries_household h
    ON x.item_id IS NULL AND x.dtks_id <> '' AND h.dtks_id = x.dtks_id
    AND h.regency_code = %(region)s
ORDER BY x.sheet, x.row_number
"""
_MISSING = """
INSERT INTO verification_decreeitem (decree_id, kind, item_id, household_id, village_id,
    dtks_id, kk_number, nik, name, differences)
SELECT %(decree)s, 'TIDAK_DITETAPKAN', i.id, i.household_id, i.village_id,
    i.dtks_id, i.kk_number, i.nik, i.name, '[]'
FROM verification_endorsementitem i
WHERE i.endorsement_id = %(endorsement)s AND i.result IN ('TETAP', 'MASUK')
    AND NOT EXISTS (SELECT FROM known k WHERE k.item_id = i.id)
ORDER BY i.position
"""


def _compare(decree: Decree) -> int:
    """Read the list in a process of its own and write the comparison; tells the rows read."""
    told = check_in_child(
        decree.list_file.path, [LAYOUT], CheckContext(today=timezone.localdate()), seconds=60
    )
    read = next(told)
    _is_of_this_list(decree, read.identity)
    values = {
        "decree": decree.pk,
        "endorsement": decree.endorsement_id,
        "region": decree.region_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        rows = 0
        for batch in told:
            cursor.copy_expert("COPY decreed FROM STDIN", io.BytesIO(batch.packed_rows))
            rows = batch.done
        if not rows:
            raise ValidationError(
                {"list_file": "Daftar penetapan tidak memuat satu keluarga pun; periksa berkasnya."}
            )
        cursor.execute("CREATE INDEX ON decreed (row_number); ANALYZE decreed")
        cursor.execute(_MATCH, values)
        cursor.execute("SELECT count(*), count(item_id) FROM known")
        told_of, known = cursor.fetchone()
        if known * 2 < told_of:
            raise ValidationError(
                {
                    "list_file": f"Hanya {known} dari {told_of} baris daftar ini diteruskan untuk"
                    f" {decree.region.full_name} pada {decree.endorsement.round}. Pastikan"
                    " daftarnya milik penetapan ini."
                }
            )
        cursor.execute(_TELL, values)
        cursor.execute(_MISSING, values)
    return rows


def _is_of_this_list(decree: Decree, identity: dict[str, str]) -> None:
    """A workbook of the portal says of which round and region it is."""
    other_round = identity.get("round") not in (None, str(decree.endorsement.round_id))
    other_region = identity.get("region") not in (None, decree.region_id)
    if other_round or other_region:
        region = Region.objects.filter(pk=identity.get("region")).first()
        what = "putaran lain" if other_round else region or "wilayah lain"
        raise ValidationError(
            {
                "list_file": f"Berkas ini dibuat portal untuk {what}, sedangkan penetapan ini untuk"
                f" {decree.region.full_name} pada {decree.endorsement.round}. Tidak ada yang"
                " disimpan."
            }
        )


_DECIDING = """
DROP TABLE IF EXISTS deciding;
CREATE TEMPORARY TABLE deciding ON COMMIT DROP AS
SELECT i.household_id, i.result = 'MASUK' AS enters, i.reason
FROM verification_endorsementitem i
LEFT JOIN verification_decreeitem d
    ON d.decree_id = %(decree)s AND d.item_id = i.id
    AND d.kind IN ('SAMA', 'BERBEDA', 'KELUAR_DITETAPKAN')
WHERE i.endorsement_id = %(endorsement)s
    AND (i.result = 'MASUK' AND d.id IS NOT NULL OR i.result = 'KELUAR' AND d.id IS NULL);
CREATE UNIQUE INDEX ON deciding (household_id);
ANALYZE deciding
"""


@transaction.atomic
def apply_decree(decree: Decree, *, by: User) -> Decree:
    """Begin and end enrolments as forwarded and decreed, in one transaction.

    Who was forwarded as entering and is decreed, begins; who was forwarded as leaving and is not
    decreed, ends with the reason of the case. All other differences stay for people to look at.
    Nobody begins without a granted place, and not beyond the quotas, which are held meanwhile.
    """
    endorsement = locked(decree.endorsement)
    decree = Decree.objects.select_for_update().select_related("region").get(pk=decree.pk)
    require(by, "verification.apply_decree", decree.region_id)
    if by.pk == decree.recorded_by_id:
        raise ValidationError(
            "Yang mencatat penetapan tidak menerapkannya sendiri. Mintalah petugas lain"
            " menerapkannya."
        )
    with connection.cursor() as cursor, pghistory.context(user=by.pk, penetapan=decree.pk):
        cursor.execute("SELECT now()")
        decree.applied_by, decree.applied_at = by, cursor.fetchone()[0]
        quotas = locked_quotas_of(decree.region_id, decree.effective_on.year)
        cursor.execute(_DECIDING, {"decree": decree.pk, "endorsement": endorsement.pk})
        _require_places(cursor, decree)
        decree.started, decree.ended = register.change_enrollments(
            cursor, table="deciding", on=decree.effective_on, by=by
        )
    _move(decree, Status.DITERAPKAN)
    if decree.started:
        require_within(
            quotas,
            advice="Keluarga yang diteruskan keluar tetapi tetap ditetapkan memakai tempatnya lagi."
            " Mintalah koordinator menyesuaikan kuota menurut penetapan ini, lalu terapkan lagi.",
        )
    move(
        endorsement,
        Endorsement.Status.DITETAPKAN,
        action="Penetapan diterapkan",
        by=by,
        note=f"{decree.started} kepesertaan dimulai, {decree.ended} diakhiri.",
    )
    _tell(endorsement)
    return decree


def _require_places(cursor, decree: Decree) -> None:
    cursor.execute("SELECT household_id FROM deciding WHERE enters")
    entering = [household for (household,) in cursor.fetchall()]
    cases = Case.objects.filter(
        pk__in=decree.endorsement.items.filter(result="MASUK").values("case"),
        household__in=entering,
    )
    without = unplaced(cases)
    if families := without.count():
        raise ValidationError(
            f"{families} keluarga yang masuk tidak mempunyai tempat: {named(without, families)}."
            " Putuskan penggantiannya pada Daftar tunggu, lalu terapkan penetapan ini lagi."
        )


@transaction.atomic
def undo_decree(decree: Decree, *, reason: str, by: User) -> Decree:
    """Take back what applying has begun and ended, unless anything newer has touched it."""
    endorsement = locked(decree.endorsement)
    decree = Decree.objects.select_for_update().select_related("region").get(pk=decree.pk)
    require(by, "verification.apply_decree", decree.region_id)
    if not reason.strip():
        raise ValidationError({"reason": "Sebutkan alasannya."})
    if decree.status != Status.DITERAPKAN:
        raise ValidationError("Penetapan ini tidak sedang diterapkan. Muat ulang halaman ini.")
    with connection.cursor() as cursor, pghistory.context(user=by.pk, penetapan=decree.pk):
        cursor.execute(_DECIDING, {"decree": decree.pk, "endorsement": endorsement.pk})
        register.restore_enrollments(
            cursor,
            table="deciding",
            at=decree.applied_at,
            applied_by=decree.applied_by,
            expected=decree.started + decree.ended,
            by=by,
        )
    decree.applied_by = decree.applied_at = None
    decree.started = decree.ended = 0
    _move(decree, Status.DICATAT)
    move(
        endorsement,
        Endorsement.Status.DITERUSKAN,
        action="Penerapan penetapan diurungkan",
        by=by,
        note=reason.strip(),
    )
    _tell(endorsement)
    return decree


@transaction.atomic
def cancel_decree(decree: Decree, *, reason: str, by: User) -> Decree:
    """Strike out a decree that was recorded wrongly and is not in force."""
    endorsement = locked(decree.endorsement)
    decree = Decree.objects.select_for_update().select_related("region").get(pk=decree.pk)
    require(by, "verification.add_decree", decree.region_id)
    if not reason.strip():
        raise ValidationError({"reason": "Sebutkan alasannya."})
    decree.ended_by, decree.ended_at = by, timezone.now()
    decree.end_reason = reason.strip()
    _move(decree, Status.DIBATALKAN)
    note_step(endorsement, "Penetapan dibatalkan", by=by, note=decree.end_reason)
    return decree


def _move(decree: Decree, status: str) -> None:
    if status not in Decree.TRANSITIONS[decree.status]:
        raise ValidationError(
            f"Penetapan ini {decree.get_status_display().lower()}, jadi tidak dapat"
            f" {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    decree.status = status
    decree.validate_constraints()
    decree.save()


def _tell(endorsement: Endorsement) -> None:
    for listener in rounds.listeners:
        listener(endorsement.round)
