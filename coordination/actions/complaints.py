"""Changes of complaints: the only place where their status changes.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actions import log_reveal
from accounts.models import Notification, RegionAssignment, User
from accounts.notifications import notify, users_who_may
from accounts.permissions import require
from beneficiaries.models import Household
from coordination.models import Complaint, ComplaintStep, ComplaintTerm
from distribution.models import Agent
from regions.models import Region
from regions.working_days import working_days_after

Status = Complaint.Status
Action = ComplaintStep.Action
NONE = "tidak ada"


def _locked(complaint: Complaint, by: User) -> Complaint:
    require(by, "coordination.handle_complaint", complaint.region_id)
    found = Complaint.objects.visible_to(by).select_for_update().filter(pk=complaint.pk).first()
    if found is None:
        raise PermissionDenied("Pengaduan ini tidak terbuka bagi Anda.")
    return found


def _move(complaint: Complaint, status: str) -> None:
    if status not in Complaint.TRANSITIONS[complaint.status]:
        raise ValidationError(
            f"Pengaduan berstatus {complaint.get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    complaint.status = status


def _write(complaint: Complaint, action: str, *, by: User, note: str = "") -> Complaint:
    complaint.full_clean(exclude=["region", "household", "agent", "owner", "received_by"])
    complaint.save()
    ComplaintStep.objects.create(
        complaint=complaint, region_id=complaint.region_id, action=action, note=note, by=by
    )
    return complaint


def _tell(complaint: Complaint, users: list[User | None], text: str, *, by: User) -> None:
    notify(
        [user for user in users if user != by],
        topic=Notification.Topic.PENGADUAN,
        text=f"{complaint.number} ({complaint.get_category_display()}): {text}",
        url=reverse("admin:coordination_complaint_change", args=[complaint.pk]),
    )


def due_after(day: date, category: str) -> date:
    """The day by which a complaint of this category that came on `day` must be answered.

    Raises ValidationError for a category without a term.
    """
    term = ComplaintTerm.objects.filter(category=category).first()
    if term is None:
        raise ValidationError(
            {"category": "Kategori ini belum bertenggat. Mintalah Administrator menetapkannya."}
        )
    return working_days_after(day, term.days)


def may_own(complaint: Complaint) -> list[User]:
    """Users who can be made responsible: who may handle complaints of this place."""
    users = users_who_may("coordination.handle_complaint", complaint.region_id)
    if complaint.is_sensitive:
        insiders = users_who_may("coordination.view_sensitive_complaint", complaint.region_id)
        users = [user for user in users if user in insiders]
    return sorted(users, key=lambda user: user.full_name)


def _nearest(complaint: Complaint) -> list[User]:
    """Who may handle it in its own kabupaten/kota; where there is nobody, in the province."""
    users = may_own(complaint)
    there = set(
        RegionAssignment.objects.filter(
            user__in=users, region__code__startswith=complaint.region_id[:5]
        ).values_list("user", flat=True)
    )
    return [user for user in users if user.pk in there] or users


@transaction.atomic
def receive_complaint(
    *,
    by: User,
    channel: str,
    category: str,
    region: Region,
    subject: str,
    text: str,
    received_on: date,
    sp4n_number: str = "",
    household: Household | None = None,
    agent: Agent | None = None,
    is_sensitive: bool = False,
    complainant_name: str = "",
    complainant_phone: str = "",
    complainant_address: str = "",
) -> Complaint:
    """Record a complaint and tell those of its place who may handle it.

    Its answer is due by the `ComplaintTerm` of its category. A family must live in the region, an
    agent stand in its kabupaten/kota.
    """
    require(by, "coordination.add_complaint", region.code)
    if received_on > timezone.localdate():
        raise ValidationError(
            {"received_on": "Tanggal diterima belum tiba. Tulis tanggal hari ini atau sebelumnya."}
        )
    _check_place(region, household, agent)
    complaint = Complaint(
        channel=channel,
        sp4n_number=sp4n_number,
        category=category,
        region=region,
        household=household,
        agent=agent,
        subject=subject,
        text=text,
        received_on=received_on,
        due_on=due_after(received_on, category),
        is_sensitive=is_sensitive,
        complainant_name=complainant_name,
        complainant_phone=complainant_phone,
        complainant_address=complainant_address,
        received_by=by,
    )
    _write(complaint, Action.CATAT, by=by)
    _tell(complaint, _nearest(complaint), "pengaduan baru, belum ada penanggung jawab.", by=by)
    return complaint


@transaction.atomic
def assign(complaint: Complaint, *, owner: User, by: User, note: str = "") -> Complaint:
    """Make `owner` responsible, for the first time or in place of somebody else."""
    complaint = _locked(complaint, by)
    if not complaint.is_open:
        raise ValidationError("Pengaduan ini sudah dijawab. Buka kembali sebelum menyerahkannya.")
    if owner not in may_own(complaint):
        raise ValidationError(
            {"owner": f"{owner} tidak dapat menangani pengaduan ini. Pilih pengguna lain."}
        )
    if owner == complaint.owner:
        raise ValidationError(
            {"owner": f"{owner} sudah menjadi penanggung jawab. Pilih pengguna lain."}
        )
    complaint.owner = owner
    if complaint.status == Status.DITERIMA:
        _move(complaint, Status.DITANGANI)
    text = " ".join(filter(None, [f"Kepada {owner}.", note]))
    _write(complaint, Action.SERAHKAN, by=by, note=text)
    due = date_format(complaint.due_on, "j F Y")
    _tell(complaint, [owner], f"diserahkan kepada Anda, tenggat {due}.", by=by)
    return complaint


@transaction.atomic
def add_note(complaint: Complaint, *, note: str, by: User) -> Complaint:
    """Write down what was found out or done on the way."""
    complaint = _locked(complaint, by)
    if complaint.status != Status.DITANGANI:
        raise ValidationError(
            "Kemajuan hanya dicatat pada pengaduan yang sedang ditangani. Tentukan dahulu"
            " penanggung jawabnya, atau buka kembali pengaduannya."
        )
    return _write(complaint, Action.KEMAJUAN, by=by, note=note)


@transaction.atomic
def reclassify(complaint: Complaint, *, category: str, is_sensitive: bool, by: User) -> Complaint:
    """Correct the category (the due date follows it) or who may see the complaint.

    To be no longer sensitive is for somebody who did not record it, or for the province.
    """
    complaint = _locked(complaint, by)
    if not complaint.is_open:
        raise ValidationError(
            "Pengaduan ini sudah dijawab. Buka kembali sebelum mengubah kategorinya."
        )
    was_sensitive = complaint.is_sensitive
    if (category, is_sensitive) == (complaint.category, was_sensitive):
        raise ValidationError(
            "Kategori dan tanda sensitif masih sama. Ubah salah satunya, atau kembali."
        )
    if was_sensitive and not is_sensitive and not may_open_up(complaint, by):
        raise ValidationError(
            {
                "is_sensitive": "Tanda sensitif hanya dihapus oleh petugas lain yang berwenang"
                " melihat pengaduan sensitif. Mintalah supervisor atau koordinator."
            }
        )
    before = complaint.get_category_display()
    complaint.category, complaint.is_sensitive = category, is_sensitive
    complaint.due_on = due_after(complaint.received_on, category)
    note = f"{before} → {complaint.get_category_display()}."
    if is_sensitive:
        note += " Sensitif: hanya terlihat oleh sedikit orang."
    elif was_sensitive:
        note += " Tidak lagi sensitif."
    return _write(complaint, Action.UBAH, by=by, note=note)


def may_open_up(complaint: Complaint, user: User) -> bool:
    """Who may take the mark of a sensitive complaint away."""
    return user.has_perm("coordination.view_sensitive_complaint") and (
        user.scope.is_province or complaint.received_by_id != user.pk
    )


def _check_place(region: Region, household: Household | None, agent: Agent | None) -> None:
    """A family lives in the region of its complaint, an agent stands in its kabupaten/kota."""
    wrong = {}
    if household is not None and not household.village_id.startswith(region.code):
        wrong["household"] = (
            f"Keluarga ini tidak tinggal di {region}. Sebut keluarga yang tinggal di sana, atau"
            " catat pengaduan tanpa keluarga."
        )
    if agent is not None and agent.regency_code != region.code[:5]:
        wrong["agent"] = (
            f"{agent} tidak berada di kabupaten/kota pengaduan ini. Pilih agen di sana, atau catat"
            " pengaduan tanpa agen."
        )
    if wrong:
        raise ValidationError(wrong)


def _numbered(household: Household | None) -> str:
    return f"nomor {household.pk}" if household else NONE


@transaction.atomic
def correct(
    complaint: Complaint,
    *,
    region: Region,
    household: Household | None,
    agent: Agent | None,
    subject: str,
    text: str,
    note: str,
    by: User,
) -> Complaint:
    """Correct what was recorded wrongly; what it said before stays in its steps, with the reason.

    Both places must be the user's own, family and agent of the new one; what is not corrected may
    have moved since. An owner who may not handle it in the new place loses it: it is received again
    there, and those of that place are told.
    """
    complaint = _locked(complaint, by)
    if not complaint.is_open:
        raise ValidationError("Pengaduan ini sudah dijawab. Buka kembali sebelum mengoreksinya.")
    require(by, "coordination.handle_complaint", region.code)
    before = complaint.region
    has_moved = region != before
    _check_place(
        region,
        household if has_moved or household != complaint.household else None,
        agent if has_moved or agent != complaint.agent else None,
    )
    changes = [
        f"{label}: “{old}” → “{new}”."
        for label, old, new in (
            ("Wilayah", before.full_name, region.full_name),
            # Not by name: who sees the complaint need not see the family.
            ("Keluarga", _numbered(complaint.household), _numbered(household)),
            ("Agen", str(complaint.agent or NONE), str(agent or NONE)),
            ("Pokok", complaint.subject, subject),
            ("Isi", complaint.text, text),
        )
        if old != new
    ]
    if not changes:
        raise ValidationError("Semua isian masih sama. Ubah yang keliru, atau kembali.")
    complaint.region, complaint.subject, complaint.text = region, subject, text
    complaint.household, complaint.agent = household, agent
    action = Action.KOREKSI
    if complaint.owner is not None and complaint.owner not in may_own(complaint):
        _move(complaint, Status.DITERIMA)
        complaint.owner, action = None, Action.PINDAH
    _write(complaint, action, by=by, note="\n".join([*changes, f"Alasan: {note}"]))
    if has_moved:
        complaint.steps.update(region=region)
        if complaint.owner is None and region.code[:5] != before.code[:5]:
            _tell(complaint, _nearest(complaint), "dipindahkan ke wilayah Anda.", by=by)
    return complaint


@transaction.atomic
def answer(complaint: Complaint, *, outcome: str, answer: str, by: User) -> Complaint:
    """Give the answer; whoever recorded the complaint is told to pass it on."""
    complaint = _locked(complaint, by)
    _move(complaint, Status.DIJAWAB)
    complaint.outcome, complaint.answer = outcome, answer
    complaint.answered_on = timezone.localdate()
    _write(complaint, Action.JAWAB, by=by, note=answer)
    _tell(complaint, [complaint.received_by], "sudah dijawab. Sampaikan kepada pelapor.", by=by)
    return complaint


@transaction.atomic
def close(complaint: Complaint, *, note: str, by: User) -> Complaint:
    """The complainant knows the answer, or cannot be reached; `note` says which."""
    complaint = _locked(complaint, by)
    _move(complaint, Status.SELESAI)
    return _write(complaint, Action.SELESAI, by=by, note=note)


@transaction.atomic
def reopen(complaint: Complaint, *, note: str, by: User) -> Complaint:
    """Take it up again, with a new term from today; the answer so far stays in its steps."""
    complaint = _locked(complaint, by)
    _move(complaint, Status.DITANGANI)
    complaint.outcome, complaint.answer, complaint.answered_on = "", "", None
    complaint.reopened += 1
    complaint.due_on = due_after(timezone.localdate(), complaint.category)
    _write(complaint, Action.BUKA, by=by, note=note)
    _tell(complaint, [complaint.owner], "dibuka kembali.", by=by)
    return complaint


def may_reveal(complaint: Complaint, user: User) -> bool:
    """Those with the permission, and the owner, who has to ask the complainant back."""
    return user.has_perm("coordination.reveal_complainant") or complaint.owner_id == user.pk


@transaction.atomic
def reveal_complainant(complaint: Complaint, *, by: User) -> dict[str, str]:
    """Name, telephone and address of the complainant; written down before they are shown."""
    if not may_reveal(complaint, by):
        raise PermissionDenied("Identitas pelapor tidak terbuka bagi Anda.")
    require(by, "coordination.view_complaint", complaint.region_id)
    log_reveal(by=by, region=complaint.region, subject=f"Identitas pelapor {complaint.number}")
    return {
        "Nama": complaint.complainant_name,
        "Telepon": complaint.complainant_phone,
        "Alamat": complaint.complainant_address,
    }
