"""Changes of an endorsement: the only place where its status changes.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

import hashlib
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.actions import log_export
from accounts.models import User
from accounts.permissions import require
from regions.models import Region
from verification import endorsed
from verification.actions.quotas import locked_quotas_of, require_within
from verification.figures.quotas import listed_already, to_endorse, unplaced
from verification.lists import draw
from verification.models import (
    Attachment,
    Case,
    CaseQuerySet,
    Endorsement,
    EndorsementItem,
    EndorsementStep,
    Round,
    SecondLook,
)

Status = Endorsement.Status
SECOND_LOOKS_AT_MOST = 2_000


def locked(endorsement: Endorsement) -> Endorsement:
    return (
        Endorsement.objects.select_related("region", "round")
        .select_for_update(of=["self"])
        .get(pk=endorsement.pk)
    )


def move(endorsement: Endorsement, status: str, *, action: str, by: User, note: str = "") -> None:
    """Change the status, say who did it, and keep what the model's constraints ask for."""
    if status not in Endorsement.TRANSITIONS[endorsement.status]:
        raise ValidationError(
            f"Pengesahan ini berstatus {endorsement.get_status_display().lower()}, jadi tidak"
            f" dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    endorsement.status = status
    endorsement.validate_constraints()
    endorsement.save()
    note_step(endorsement, action, by=by, note=note)


def note_step(endorsement: Endorsement, action: str, *, by: User, note: str = "") -> None:
    EndorsementStep.objects.create(
        endorsement=endorsement, region_id=endorsement.region_id, action=action, by=by, note=note
    )


_LOCK_CASES = """
SELECT count(*) FROM (
    SELECT id FROM verification_case WHERE id IN ({chosen}) ORDER BY id FOR SHARE
) locked
"""
_FREEZE = """
INSERT INTO verification_endorsementitem (endorsement_id, case_id, household_id, position,
    village_id, result, reason, dtks_id, kk_number, nik, name, address, rt, rw)
SELECT %(endorsement)s, c.id, h.id, row_number() OVER (
        ORDER BY c.village_id, h.rw, h.rt, coalesce(p.name, ''), c.id),
    c.village_id, c.result, CASE WHEN c.is_eligible THEN '' ELSE c.reason END,
    h.dtks_id, h.kk_number, coalesce(p.nik, ''), coalesce(p.name, ''), h.address, h.rt, h.rw
FROM verification_case c
JOIN beneficiaries_household h ON h.id = c.household_id
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
WHERE c.id IN ({chosen}) AND c.status = 'DISETUJUI'
"""
NAMED_AT_MOST = 5


@transaction.atomic
def make_endorsement(
    round: Round,
    region: Region,
    *,
    by: User,
    with_open: bool = False,
    with_waiting: bool = False,
) -> Endorsement:
    """Freeze the checked cases of a regency as the list to be signed.

    Cases that are still open are left out, and only with `with_open`. A family enters with a
    granted place only; those that wait for one stay in the waiting list, and only with
    `with_waiting`. A family that another list on its way brings in is left out. The quotas are held
    meanwhile.
    """
    require(by, "verification.add_endorsement", region.pk)
    if round.status == Round.Status.DISIAPKAN:
        raise ValidationError(f"{round} belum dibuka, jadi belum ada yang dapat disahkan.")
    if not round.round_regions.filter(region=region).exists():
        raise ValidationError(f"{region.full_name} tidak termasuk {round}.")
    standing = Endorsement.objects.standing().filter(round=round, region=region).first()
    if standing:
        raise ValidationError(
            f"Daftar {region.full_name} pada {round} sudah"
            f" {'disusun' if standing.status == Status.DISUSUN else 'disahkan'}"
            f"{f' dengan nomor {standing.number}' if standing.number else ''}. Cabut dahulu"
            " pengesahan itu dengan menyebut alasannya."
        )
    cases = Case.objects.filter(round=round, regency_code=region.pk)
    still_open = cases.open().count()
    if still_open and not with_open:
        raise ValidationError(
            f"{still_open} kasus belum selesai diverifikasi dan tidak akan masuk daftar."
            " Selesaikan dahulu, atau centang bahwa daftar disusun tanpa kasus itu."
        )
    quotas = locked_quotas_of(region.pk, round.due_on.year)
    elsewhere = listed_already(cases).count()
    waiting = unplaced(cases)
    if not with_waiting and (families := waiting.count()):
        raise ValidationError(
            f"{families} keluarga yang masuk belum mendapat tempat: {named(waiting, families)}."
            " Ajukan dan putuskan penggantiannya pada Daftar tunggu, atau centang bahwa daftar"
            " disusun tanpa keluarga itu."
        )
    endorsement = Endorsement(round=round, region=region, made_by=by)
    endorsement.validate_constraints()
    endorsement.save()
    with connection.cursor() as cursor:
        inner, values = to_endorse(round, region).query.sql_with_params()
        chosen = cursor.mogrify(inner, values).decode().replace("%", "%%")
        cursor.execute(_LOCK_CASES.format(chosen=chosen), {})
        cursor.execute(_FREEZE.format(chosen=chosen), {"endorsement": endorsement.pk})
        if not cursor.rowcount:
            raise ValidationError(
                f"Belum ada kasus {region.full_name} yang terverifikasi pada {round}, jadi belum"
                " ada yang dapat disahkan."
            )
    for name, count in endorsed.counts_of(endorsement).items():
        setattr(endorsement, name, count)
    if endorsement.entered:
        require_within(
            quotas,
            advice="Tolak penggantian yang belum diputus, atau mintalah tambahan kuota.",
        )
    endorsement.list_hash = endorsed.hash_of(endorsement)
    endorsement.save()
    left_out = []
    if still_open:
        left_out.append(f"{still_open} kasus belum selesai dan tidak termasuk.")
    if with_waiting and (families := waiting.count()):
        left_out.append(f"{families} keluarga tetap dalam daftar tunggu.")
    if elsewhere:
        left_out.append(f"{elsewhere} keluarga sudah masuk melalui daftar putaran lain.")
    note_step(endorsement, "Daftar disusun", by=by, note=" ".join(left_out))
    return endorsement


def named(cases: CaseQuerySet, families: int) -> str:
    """The first families of so many by name, and how many more there are."""
    names = [
        case.household.payee.name if case.household.payee else f"keluarga {case.household_id}"
        for case in cases.select_related("household__payee").order_by("pk")[:NAMED_AT_MOST]
    ]
    more = families - len(names)
    return ", ".join(names) + (f", dan {more} lagi" if more > 0 else "")


@transaction.atomic
def endorse(
    endorsement: Endorsement,
    *,
    number: str,
    official_name: str,
    official_office: str,
    signed_on: date,
    scan: Attachment,
    by: User,
    official_nip: str = "",
) -> Endorsement:
    """Record that the head of the district has signed the list."""
    endorsement = locked(endorsement)
    require(by, "verification.add_endorsement", endorsement.region_id)
    if signed_on > timezone.localdate():
        raise ValidationError({"signed_on": "Tanggal pengesahan setelah hari ini."})
    if signed_on < endorsement.round.starts_on:
        raise ValidationError({"signed_on": "Tanggal pengesahan sebelum putaran dimulai."})
    check_hash(endorsement)
    endorsement.number, endorsement.signed_on = number, signed_on
    endorsement.official_name, endorsement.official_office = official_name, official_office
    endorsement.official_nip, endorsement.scan = official_nip, scan
    endorsement.endorsed_by, endorsement.endorsed_at = by, timezone.now()
    move(endorsement, Status.DISAHKAN, action="Pengesahan dicatat", by=by, note=f"Nomor {number}")
    return endorsement


def check_hash(endorsement: Endorsement) -> None:
    """Raises ValidationError when the list is no longer the one whose hash was printed."""
    if endorsed.hash_of(endorsement) != endorsement.list_hash:
        raise ValidationError(
            "Isi daftar tidak sesuai dengan sidiknya, jadi tidak dapat diteruskan. Hubungi"
            " administrator."
        )


@transaction.atomic
def withdraw(endorsement: Endorsement, *, reason: str, by: User) -> Endorsement:
    """Take the list back before it is forwarded; it stays readable, its cases can change again."""
    endorsement = locked(endorsement)
    require(by, "verification.add_endorsement", endorsement.region_id)
    return _end(endorsement, Status.DIBATALKAN, "Pengesahan dicabut", reason, by)


@transaction.atomic
def return_endorsement(endorsement: Endorsement, *, reason: str, by: User) -> Endorsement:
    """The province sends the list back to the district, with the reason."""
    endorsement = locked(endorsement)
    require(by, "verification.review_endorsement", endorsement.region_id)
    _not_own(endorsement, by)
    if endorsement.decrees.standing().exists():
        raise ValidationError(
            "Penetapan untuk daftar ini sudah dicatat. Batalkan dahulu penetapannya."
        )
    return _end(endorsement, Status.DIKEMBALIKAN, "Dikembalikan provinsi", reason, by)


def _end(endorsement: Endorsement, status: str, action: str, reason: str, by: User):
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Sebutkan alasannya."})
    endorsement.ended_by, endorsement.ended_at = by, timezone.now()
    endorsement.end_reason = reason
    move(endorsement, status, action=action, by=by, note=reason)
    return endorsement


def _not_own(endorsement: Endorsement, by: User) -> None:
    if by.pk in (endorsement.made_by_id, endorsement.endorsed_by_id):
        raise ValidationError(
            "Yang mengesahkan tidak meninjau pengesahannya sendiri. Mintalah petugas lain"
            " meninjaunya."
        )


# Review by the province

_RISKS = """
SELECT i.id, i.village_id, concat_ws(', ',
    CASE WHEN i.nik !~ '^[0-9]{16}$' THEN 'NIK tidak sah' END,
    CASE WHEN i.nik ~ '^[0-9]{16}$' AND p.nik_confirmed_on IS NULL THEN 'NIK belum padan' END,
    CASE WHEN d.person_id IS NOT NULL THEN 'diduga ganda' END,
    CASE WHEN i.result IN ('TETAP', 'MASUK') AND h.decile > 4 THEN 'layak dengan desil '
        || h.decile END,
    CASE WHEN i.result = 'KELUAR' AND h.decile = 1 THEN 'keluar dengan desil 1' END,
    CASE WHEN i.result = 'MASUK' THEN 'penerima baru' END,
    CASE WHEN i.result = 'KELUAR' AND i.reason = 'TIDAK_DITEMUKAN' THEN 'tidak ditemukan' END
) AS why
FROM verification_endorsementitem i
JOIN beneficiaries_household h ON h.id = i.household_id
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
LEFT JOIN (
    SELECT DISTINCT m.person_id FROM verification_duplicatemember m
    JOIN verification_duplicategroup g ON g.id = m.group_id AND g.status = 'TERBUKA'
) d ON d.person_id = p.id
WHERE i.endorsement_id = %s
"""


@transaction.atomic
def draw_second_looks(
    endorsement: Endorsement, *, method: str, size: int, by: User
) -> list[SecondLook]:
    """Choose families for a second look, beside those chosen before.

    At random by kecamatan and result, with a seed that stands beside each; or those for whom most
    speaks for looking again.
    """
    endorsement = locked(endorsement)
    require(by, "verification.review_endorsement", endorsement.region_id)
    _not_own(endorsement, by)
    if endorsement.status != Status.DISAHKAN:
        raise ValidationError("Pemeriksaan ulang hanya untuk daftar yang menunggu tinjauan.")
    if not 1 <= size <= SECOND_LOOKS_AT_MOST:
        raise ValidationError(
            {"size": f"Jumlah keluarga harus dari 1 sampai {SECOND_LOOKS_AT_MOST}."}
        )
    taken = set(endorsement.second_looks.values_list("item_id", flat=True))
    seed = ""
    if method == SecondLook.Method.ACAK:
        seed = f"{endorsement.list_hash[:12]}-{len(taken)}"
        chosen = _at_random(endorsement, taken, size, seed)
    else:
        chosen = _by_risk(endorsement, taken, size)
    if not chosen:
        raise ValidationError("Tidak ada keluarga lagi yang dapat dipilih dengan cara ini.")
    looks = SecondLook.objects.bulk_create(
        SecondLook(
            endorsement=endorsement,
            item_id=item_id,
            village_id=village,
            method=method,
            seed=seed,
            why=why[:200],
            chosen_by=by,
        )
        for item_id, village, why in chosen
    )
    note_step(
        endorsement,
        "Sampel pemeriksaan ulang",
        by=by,
        note=f"{len(looks)} keluarga, {SecondLook.Method(method).label.lower()}"
        + (f", angka pengundi {seed}" if seed else ""),
    )
    return looks


def _at_random(endorsement, taken, size, seed) -> list[tuple[int, str, str]]:
    items = endorsement.items.exclude(pk__in=taken).values_list("pk", "village_id", "result")
    facts = {pk: (village, f"{village[:8]} {result}") for pk, village, result in items}
    population = ((pk, stratum) for pk, (_, stratum) in facts.items())
    names = dict(Region.objects.filter(parent=endorsement.region).values_list("code", "name"))
    chosen = []
    for pk in draw(population, size=size, seed=seed):
        village, stratum = facts[pk]
        result = EndorsementItem.Result(stratum[9:]).label
        chosen.append((pk, village, f"Acak: {names.get(village[:8], '')}, {result.lower()}"))
    return chosen


def _by_risk(endorsement, taken, size) -> list[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_RISKS, [endorsement.pk])
        risky = [row for row in cursor.fetchall() if row[2] and row[0] not in taken]
    risky.sort(key=lambda row: (-row[2].count(", "), row[0]))
    return [(pk, village, why[0].upper() + why[1:]) for pk, village, why in risky[:size]]


@transaction.atomic
def record_second_look(
    look: SecondLook, *, outcome: str, looked_on: date, note: str, by: User
) -> SecondLook:
    """Write down what the second look has found; a difference needs words."""
    endorsement = locked(look.endorsement)
    require(by, "verification.review_endorsement", endorsement.region_id)
    _not_own(endorsement, by)
    look = SecondLook.objects.select_for_update().get(pk=look.pk)
    if endorsement.status != Status.DISAHKAN:
        raise ValidationError(
            "Daftar ini tidak menunggu tinjauan lagi, jadi hasil pemeriksaan ulang tetap."
        )
    if looked_on > timezone.localdate():
        raise ValidationError({"looked_on": "Tanggal pemeriksaan ulang setelah hari ini."})
    look.outcome, look.looked_on, look.note = outcome, looked_on, note.strip()
    look.recorded_by, look.recorded_at = by, timezone.now()
    if outcome != SecondLook.Outcome.SESUAI and not look.note:
        raise ValidationError({"note": "Sebutkan apa yang tidak sesuai."})
    look.validate_constraints()
    look.save()
    return look


@transaction.atomic
def forward(endorsement: Endorsement, *, by: User) -> Endorsement:
    """Approve the list and keep the package that goes to the centre; its making is logged."""
    endorsement = locked(endorsement)
    require(by, "verification.review_endorsement", endorsement.region_id)
    _not_own(endorsement, by)
    if endorsement.status != Status.DISAHKAN:
        raise ValidationError("Hanya daftar yang disahkan dan menunggu tinjauan dapat diteruskan.")
    waiting = endorsement.second_looks.filter(outcome="").count()
    if waiting:
        raise ValidationError(
            f"{waiting} keluarga sampel belum dilihat. Catat hasil pemeriksaan ulangnya dahulu."
        )
    check_hash(endorsement)
    endorsement.forwarded_by, endorsement.forwarded_at = by, timezone.now()
    package, rows = endorsed.package(endorsement)
    name = slugify(f"penerusan {endorsement.region.name} {endorsement.round.name}")
    endorsement.package.save(f"{name}.zip", ContentFile(package), save=False)
    endorsement.package_sha256 = hashlib.sha256(package).hexdigest()
    move(endorsement, Status.DITERUSKAN, action="Diteruskan ke pusat", by=by)
    log_export(
        by=by,
        region=endorsement.region,
        subject=f"Paket penerusan {endorsement}"[:200],
        purpose="Penerusan hasil verifikasi ke pusat",
        row_count=rows,
    )
    return endorsement
