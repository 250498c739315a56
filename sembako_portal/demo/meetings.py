"""Village meetings, proposals, objections and replacement of the demo, made by the actions."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from beneficiaries.models import Enrollment, Household, Programme, Quota
from regions.models import Region
from verification.actions import cases
from verification.actions import meetings as meeting_actions
from verification.actions import proposals as proposal_actions
from verification.actions import replacement as replacement_actions
from verification.figures.quotas import vacant, waiting_list
from verification.models import Case, MeetingDecision, Round, VillageMeeting

KAPUAS = "62.03"
SELAT = "62.03.01"
_ROOM = 40  # places above the families that take part
_PRESENT = (
    ("SUHARDI", "Kepala desa/lurah"),
    ("NORHAYATI", "Ketua RT 003"),
    ("BUDIMAN", "Badan Permusyawaratan Desa"),
    ("YULIA TARIGAN", "TKSK"),
    ("RUSMINI", "Kader posyandu"),
)
# Name of the head, born, partner, born, decile of the register once it knows them, criteria.
_FAMILIES = (
    ("ARDIANSYAH", "1979-03-14", "RUSMIATI", "1983-08-02", 1, ("LANTAI", "JAMBAN", "LISTRIK")),
    ("MARLINA", "1986-11-21", "", "", 2, ("TIDAK_BEKERJA", "PANGAN")),
    ("SUGIANTO", "1971-06-30", "PATMAWATI", "1974-01-17", 2, ("DINDING", "LANTAI", "PANGAN")),
    ("HERLINA", "1990-02-09", "", "", None, ("KURANG_MAKAN",)),
    ("BAKRI", "1968-09-25", "JUMIATI", "1970-12-04", 3, ("PAKAIAN",)),
    ("YANTI KAMELIA", "1994-04-19", "", "", None, ("JAMBAN", "LANTAI")),
)


def create_meetings(*, users: dict[str, User], round_: Round) -> None:
    """Meetings, proposals, objections and replacements in Selat, Kapuas."""
    officer, supervisor = users["petugas.kapuas"], users["supervisor.kapuas"]
    tksk, today = users["tksk.selat"], timezone.localdate()
    villages = list(Region.objects.filter(parent=SELAT).order_by("code")[:3])
    meeting = _meeting(round_, villages[0], today - timedelta(days=12), by=tksk)
    if not _decide(meeting, by=tksk):
        return  # a small demo may have no family there
    proposed = [
        _propose(number, family, villages[0], today - timedelta(days=11 + 6 * number), by=tksk)
        for number, family in enumerate(_FAMILIES)
    ]
    meeting_actions.finish_meeting(meeting, by=officer)
    _meeting(round_, villages[1], today - timedelta(days=2), by=tksk)
    for proposal in proposed[:4]:
        proposal_actions.begin_check(proposal, by=officer)
    for proposal, family in zip(proposed[:3], _FAMILIES, strict=False):
        accepted = proposal_actions.accept_proposal(proposal, by=officer)
        Household.objects.filter(pk=accepted.household_id).update(decile=family[4])
        _verify(accepted.case, by=tksk, checker=officer)
    _objections(villages[0], today, by=tksk)
    _replacements(officer, supervisor, tksk)


def create_quotas(round_: Round) -> None:
    """For every regency, a little more than the families that take part."""
    programme = Programme.objects.get(pk="SEMBAKO")
    kpm = dict(
        Enrollment.objects.active()
        .sembako()
        .filter(household__is_active=True)
        .order_by()
        .values("regency_code")
        .annotate(n=Count("pk"))
        .values_list("regency_code", "n")
    )
    Quota.objects.bulk_create(
        Quota(
            region_id=code,
            year=round_.due_on.year,
            programme=programme,
            families=number + _ROOM,
            legal_basis="Surat Kementerian Sosial tentang kuota (contoh)",
        )
        for code, number in kpm.items()
    )


def _meeting(round_: Round, village: Region, day: date, *, by: User) -> VillageMeeting:
    meeting = meeting_actions.create_meeting(
        round=round_,
        village=village,
        held_on=max(day, round_.starts_on),
        venue=f"Kantor {village.full_name}",
        leader=_PRESENT[0][0],
        by=by,
    )
    meeting_actions.set_attendees(meeting, _PRESENT, by=by)
    return meeting_actions.change_meeting(
        meeting,
        held_on=meeting.held_on,
        venue=meeting.venue,
        leader=meeting.leader,
        minutes_number=f"460/{village.pk[-3:]}/MUS/{meeting.held_on:%Y}",
        attendance=23,
        by=by,
    )


def _decide(meeting: VillageMeeting, *, by: User) -> int:
    """Tells how many families there were to decide about."""
    families = Household.objects.active().filter(village=meeting.village).order_by("pk")
    open_cases = Case.objects.filter(round=meeting.round, status=Case.Status.BELUM)
    kpm = list(families.kpm().filter(pk__in=open_cases.values("household"))[:3])
    others = list(families.exclude(pk__in=families.kpm().values("pk"))[:2])
    for household in others:
        meeting_actions.decide_family(
            meeting, household, kind=MeetingDecision.Kind.DIUSULKAN, by=by, note="Rumah rusak."
        )
    for household in kpm[1:]:
        meeting_actions.decide_family(
            meeting, household, kind=MeetingDecision.Kind.DIKONFIRMASI, by=by
        )
    for household in kpm[:1]:
        meeting_actions.decide_family(
            meeting,
            household,
            kind=MeetingDecision.Kind.DIKELUARKAN,
            reason="SUDAH_MAMPU",
            note="Membuka toko bahan bangunan.",
            by=by,
        )
    return len(others) + len(kpm)


def _nik(born: str, serial: int, *, female: bool) -> str:
    year, month, day = born.split("-")
    return f"620301{int(day) + 40 * female:02d}{month}{year[2:]}{serial}"


def _propose(number: int, family: tuple, village: Region, received_on: date, *, by: User):
    head, born, partner, partner_born, _, criteria = family
    members = [
        {
            "name": head,
            "nik": _nik(born, 9900 + number, female=not partner),
            "birth_date": born,
            "birth_place": "KUALA KAPUAS",
            "sex": "L" if partner else "P",
            "relation": "Kepala keluarga",
            "occupation": "BURUH HARIAN",
        }
    ]
    if partner:
        members.append(
            {
                "name": partner,
                "nik": _nik(partner_born, 9950 + number, female=True),
                "birth_date": partner_born,
                "birth_place": "KUALA KAPUAS",
                "sex": "P",
                "relation": "Istri/suami",
            }
        )
    return proposal_actions.submit_proposal(
        village=village,
        source="SP4N" if number == 4 else "MANDIRI",
        source_number="LAPOR-7741902" if number == 4 else "",
        received_on=received_on,
        reason="Penghasilan tidak tetap dan belum pernah menerima bantuan.",
        criteria=criteria,
        family={
            "kk_number": f"620301120315{9900 + number}",
            "address": f"JL. CILIK RIWUT GG. {number + 1}",
            "rt": "003",
            "rw": "001",
        },
        members=members,
        is_compared=True,
        by=by,
    )


def _verify(case: Case, *, by: User, checker: User) -> None:
    visit = cases.Visit(visited_on=timezone.localdate(), is_found=True, is_eligible=True)
    case = cases.record_visit(case, visit, key=UUID(int=case.pk), version=case.version, by=by)
    cases.check_case(case, by=checker)


def _objections(village: Region, today: date, *, by: User) -> None:
    kpm = list(Household.objects.kpm().filter(village=village).order_by("pk")[4:6])
    told = (
        ("TIDAK_LAYAK", "Keluarga ini memiliki dua perahu dan toko di pasar.", 16),
        ("DATA_SALAH", "Dua anggota sudah pindah ke Banjarmasin sejak tahun lalu.", 3),
    )
    for household, (kind, statement, days) in zip(kpm, told, strict=False):
        proposal_actions.submit_objection(
            household=household,
            kind=kind,
            statement=statement,
            source="MANDIRI",
            received_on=today - timedelta(days=days),
            objector="RAHMAT HIDAYAT",
            contact="RT 004",
            by=by,
        )


def _replacements(officer: User, supervisor: User, tksk: User) -> None:
    left = vacant(Case.objects.filter(regency_code=KAPUAS)).order_by("pk").first()
    order = waiting_list(KAPUAS)
    if left and len(order) > 1:
        first = Household.objects.get(pk=order[0].household_id)
        replacement = replacement_actions.propose_replacement(first, leaving=left, by=officer)
        replacement_actions.grant_replacement(replacement, by=supervisor)
        second = Household.objects.get(pk=order[1].household_id)
        replacement_actions.propose_replacement(second, by=officer)
    for household in Household.objects.kpm().filter(village__parent=SELAT).order_by("pk")[10:60]:
        other = (
            household.members.active()
            .exclude(pk=household.payee_id)
            .filter(birth_date__lt=date(2000, 1, 1))
            .first()
        )
        if other and household.payee_id:
            replacement_actions.propose_payee_change(
                household,
                other,
                reason="MENINGGAL",
                happened_on=timezone.localdate() - timedelta(days=20),
                proof="Akta kematian 6203-KM-0001",
                by=tksk,
            )
            break
