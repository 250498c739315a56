"""Rakor: invitation, result, decisions, follow-ups with their figures, briefings, minutes."""

import io
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from docx import Document
from openpyxl import load_workbook
from PIL import Image
from pptx import Presentation

from accounts.models import Notification
from accounts.roles import Role
from coordination import tasks
from coordination.actions import briefings
from coordination.actions import meetings as actions
from coordination.actions.minutes import finalise_minutes
from coordination.briefing import follow_ups_for, freeze
from coordination.documents import slides, word
from coordination.measures import figure_of, named
from coordination.models import Agency, Briefing, FollowUp, Meeting, Minutes
from dashboards import figures, indicators, payouts
from distribution.actions.reconciliation import reconcile
from distribution.models import Payment, PayoutPeriod
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    CaseFactory,
    FollowUpFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    RakorFactory,
    RoundFactory,
    UserFactory,
)
from tests.files import document, photo
from uploads.attachments import MAX_BYTES
from verification.models import Round

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


def call(by, *, region="62", days=-1, title="Rakor", **changes):
    values = {
        "title": title,
        "region": Region.objects.get(pk=region),
        "starts_at": timezone.now() + timedelta(days=days),
        "place": "Aula",
        "chair": "Kepala Dinas",
        "agenda": ["Verifikasi", "Pengaduan"],
        "agencies": Agency.objects.all()[:3],
        **changes,
    }
    return actions.call_meeting(by=by, **values)


def follow_up(meeting, by, **changes):
    values = {
        "text": "Menyelesaikan verifikasi",
        "agency": Agency.objects.first(),
        "region": Region.objects.get(pk=KAPUAS),
        "due_on": timezone.localdate() + timedelta(days=10),
        **changes,
    }
    return actions.add_follow_up(meeting, by=by, **values)


@pytest.fixture
def verified(coordinator):
    """Kapuas: 2 of 4 families verified; Pulang Pisau: 3 of 3."""
    round = RoundFactory(
        starts_on=timezone.localdate() - timedelta(days=9),
        due_on=timezone.localdate() + timedelta(days=9),
        regions=[KAPUAS, PULANG_PISAU],
    )
    done = {
        "status": "DISETUJUI", "is_found": True, "is_eligible": True,
        "visited_on": timezone.localdate(), "decided_by": coordinator,
        "decided_at": timezone.now() - timedelta(days=1),
    }  # fmt: skip
    places = [(VILLAGE, done), (VILLAGE, done), (VILLAGE, {}), (VILLAGE, {})]
    places += [(OTHER_VILLAGE, done)] * 3
    for village, outcome in places:
        household = HouseholdFactory(village_id=village, kpm=True, members__nik="123")
        CaseFactory(round=round, household=household, **outcome)
    period = PeriodFactory(first_month=date(2021, 10, 1), name="Oktober 2021")
    for bought in (200_000, 0, 0):
        PaymentFactory(period=period, credited=True, spent_amount=bought)
    PaymentFactory(period=period, status="TOP_UP_GAGAL", status_on=date(2021, 10, 5))
    PaymentFactory(period=period, village_id=OTHER_VILLAGE, credited=True, spent_amount=50_000)
    PeriodFactory(first_month=date(2021, 11, 1), name="Rapel", is_rapel=True)
    AgentFactory()
    AgentFindingFactory()
    figures.refresh()
    payouts.refresh()
    return round


# Meetings


def test_last_meetings_follow_ups_come_first(coordinator):
    meeting = call(coordinator)
    assert [item.title for item in meeting.agenda.all()] == [
        "Tindak lanjut rapat yang lalu",
        "Verifikasi",
        "Pengaduan",
    ]


def test_the_whole_way(coordinator):
    meeting = call(coordinator)
    first, *rest = meeting.attendances.all()
    people = {first.pk: 4, **{row.pk: 0 for row in rest}}
    actions.hold_meeting(meeting, summary="Baik.", people=people, by=coordinator)
    assert [actions.decide(meeting, text=text, by=coordinator).position for text in "ab"] == [1, 2]
    meeting.refresh_from_db()
    assert meeting.status == "SELESAI"
    assert [row.attended for row in meeting.attendances.all()] == [True, False, False]


def test_meeting_that_has_not_begun_has_no_result(coordinator):
    with pytest.raises(ValidationError, match="belum dimulai"):
        actions.hold_meeting(call(coordinator, days=2), summary="", people={}, by=coordinator)


def test_who_came_is_asked_for_and_not_guessed(client, coordinator):
    meeting = call(coordinator)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_meeting_hasil", args=[meeting.pk])
    names = [f"people_{row.pk}" for row in meeting.attendances.all()]
    assert client.get(url).context["form"][names[0]].value() is None
    unanswered = client.post(url, {})
    assert "Tulis jumlah orangnya; 0 bila tidak hadir." in unanswered.content.decode()
    nobody = client.post(url, dict.fromkeys(names, "0"))
    assert "Belum ada instansi yang hadir." in nobody.content.decode()
    meeting.refresh_from_db()
    assert meeting.status == "DIRENCANAKAN"


@pytest.mark.parametrize("status", ["SELESAI", "DIBATALKAN"])
def test_invitation_is_not_changed_afterwards(coordinator, status):
    meeting = RakorFactory(status=status)
    with pytest.raises(ValidationError, match="tidak diubah"):
        actions.change_meeting(
            meeting, title="Lain", starts_at=meeting.starts_at, place="", chair="", agenda=["x"],
            agencies=Agency.objects.all(), by=coordinator,
        )  # fmt: skip


def test_meeting_with_follow_ups_is_not_called_off(coordinator):
    meeting = call(coordinator, days=1)
    follow_up(meeting, coordinator)
    with pytest.raises(ValidationError):
        actions.cancel_meeting(meeting, by=coordinator)


def test_district_calls_its_own_meetings_only(officer):
    assert call(officer, region=KAPUAS).kind == "Rakor kab/kota"
    for region in ("62", PULANG_PISAU):
        with pytest.raises(PermissionDenied):
            call(officer, region=region)


def test_who_sees_which_meeting(coordinator, officer):
    province, own = RakorFactory(), RakorFactory(region_id=KAPUAS)
    foreign = RakorFactory(region_id=PULANG_PISAU)
    assert set(Meeting.objects.visible_to(officer)) == {province, own}
    assert set(Meeting.objects.visible_to(coordinator)) == {province, own, foreign}
    assert not Meeting.objects.visible_to(UserFactory()).exists()


# Follow-ups


def test_figure_then_and_now(coordinator, verified):
    meeting = call(coordinator)
    made = follow_up(meeting, coordinator, indicator="terverifikasi")
    assert (made.value_then, made.value_now) == (50, 50)
    case = verified.cases.filter(status="BELUM").first()
    type(case).objects.filter(pk=case.pk).update(
        status="DISETUJUI", is_found=True, is_eligible=True, visited_on=timezone.localdate(),
        decided_by=coordinator, decided_at=timezone.now(),
    )  # fmt: skip
    figures.refresh()

    made = actions.report_progress(made, note="Dikunjungi.", by=coordinator)

    assert (made.value_then, made.value_now) == (50, 75)
    assert made.status == "BERJALAN"
    assert indicators.get("terverifikasi").has_improved(made.value_then, made.value_now)


def test_payout_figure_then_and_now(coordinator, verified):
    made = follow_up(call(coordinator), coordinator, indicator="belum_belanja")
    assert made.value_then == Decimal("66.7")
    Payment.objects.filter(village=VILLAGE, spent_amount=0, topped_up_amount__gt=0).update(
        spent_amount=100_000
    )
    payouts.refresh()

    made = actions.report_progress(made, note="Didatangi.", by=coordinator)

    assert (made.value_then, made.value_now) == (Decimal("66.7"), 0)
    assert indicators.get("belum_belanja").has_improved(made.value_then, made.value_now)


def test_a_bank_that_reports_does_not_measure_by_its_own_payments(coordinator, verified):
    bank = UserFactory(role=Role.BANK, regions=["62"], bank_id="009")
    made = follow_up(call(coordinator), coordinator, indicator="belum_belanja", responsible=bank)
    made = actions.report_progress(made, note="Kartu diganti.", by=bank)
    made = actions.finish(made, note="Selesai.", by=bank)
    assert (made.value_then, made.value_now) == (Decimal("66.7"), Decimal("66.7"))


def test_a_new_period_does_not_stand_in_for_that_of_the_day(client, coordinator, verified):
    made = follow_up(call(coordinator), coordinator, indicator="dana_masuk")
    assert (made.period.name, made.value_then) == ("Oktober 2021", 75)
    newer = PeriodFactory(first_month=date(2021, 11, 1), name="November 2021")
    PaymentFactory(period=newer)
    payouts.refresh()

    actions.refresh_values(by=coordinator)

    made.refresh_from_db()
    assert (made.value_now, made.value_newest, made.newest_name) == (75, 0, "November 2021")
    figure = figure_of(made)
    assert (figure.of, figure.newest) == ("Periode Oktober 2021", "Periode November 2021: 0,0%")
    assert figure.improved is None
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:coordination_followup_change", args=[made.pk]))
    text = page.content.decode()
    assert "Periode Oktober 2021" in text
    assert "Terbaru, Periode November 2021: 0,0%" in text
    assert "Memburuk" not in text
    listed = client.get(reverse("admin:coordination_followup_changelist")).content.decode()
    assert "memburuk" not in listed
    assert "Periode November 2021: 0,0%" in listed


def test_a_new_round_does_not_stand_in_for_that_of_the_day(coordinator, verified):
    made = follow_up(call(coordinator), coordinator, indicator="terverifikasi")
    today = timezone.localdate()
    newer = RoundFactory(
        name="Putaran baru", starts_on=today, due_on=today + timedelta(days=30), regions=[KAPUAS]
    )
    CaseFactory(round=newer, household=HouseholdFactory(village_id=VILLAGE, kpm=True))
    type(verified).objects.filter(pk=verified.pk).update(
        status="DITUTUP", closed_by=coordinator, closed_at=timezone.now()
    )
    figures.refresh()

    made = actions.report_progress(made, note="Selesai.", by=coordinator)

    assert (made.round, made.value_then, made.value_now) == (verified, 50, 50)
    assert (made.newest_name, made.value_newest) == ("Putaran baru", 0)


def test_a_figure_whose_period_was_not_written_down_is_not_compared(client, coordinator, verified):
    made = follow_up(call(coordinator), coordinator, indicator="dana_masuk")
    FollowUp.objects.update(period=None, value_then=95)

    actions.refresh_values(by=coordinator)

    made.refresh_from_db()
    assert (made.value_now, made.value_newest, made.newest_name) == (None, 75, "Oktober 2021")
    figure = figure_of(made)
    assert (figure.of, figure.improved) == ("periode tidak tercatat", None)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:coordination_followup_change", args=[made.pk]))
    assert "Tidak dapat dibandingkan: periode tidak tercatat" in page.content.decode()


def test_a_figure_of_the_day_names_no_period(coordinator, verified):
    made = follow_up(call(coordinator), coordinator, indicator="temuan_agen")
    assert (made.round, made.period, made.newest_name) == (None, None, "")
    figure = figure_of(made)
    assert (figure.of, figure.newest, figure.is_comparable) == ("", "", True)


def test_a_figure_is_of_one_thing_only(verified):
    with pytest.raises(IntegrityError, match="followup_of_one_thing"), transaction.atomic():
        FollowUpFactory(round=verified, period=PayoutPeriod.objects.first())


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("dana_masuk", "SELECT 100.0 * sum((topped_up_amount > 0)::int) / count(*)"
         " FROM distribution_payment WHERE regency_code = '62.03'"),
        ("gagal_salur", "SELECT sum((status = 'TOP_UP_GAGAL')::int) FROM distribution_payment"
         " WHERE regency_code = '62.03'"),
        ("dibelanjakan", "SELECT 100.0 * sum(spent_amount) / sum(topped_up_amount)"
         " FROM distribution_payment WHERE regency_code = '62.03'"),
        ("desa_tanpa_agen", "SELECT count(*) FROM regions_region r WHERE r.level = 'VILLAGE'"
         " AND r.regency_code = '62.03' AND NOT EXISTS (SELECT FROM distribution_agentvillage v"
         " WHERE v.village_id = r.code)"),
        ("temuan_agen", "SELECT count(*) FROM distribution_agentfinding"),
        ("tumpang_tindih", "SELECT count(*) FROM distribution_overlapfinding"),
        ("temuan_rekonsiliasi", "SELECT count(*) FROM distribution_reconciliationfinding"
         " WHERE gone_at IS NULL AND is_due AND regency_code = '62.03'"),
    ],
)  # fmt: skip
def test_payout_figures_are_counted_from_the_rows(officer, coordinator, verified, code, counted):
    reconcile(Payment.objects.first().period, by=coordinator, today=date(2021, 12, 1))
    with connection.cursor() as cursor:
        cursor.execute(counted)
        number = Decimal(cursor.fetchone()[0]).quantize(Decimal("0.1"))
    assert Decimal(indicators.value_of(officer, code, KAPUAS).number) == number


def test_figures_of_open_follow_ups_are_measured_together(coordinator, verified):
    meeting = call(coordinator)
    made = [follow_up(meeting, coordinator, indicator="terverifikasi") for _ in range(3)]
    FollowUp.objects.update(value_now=None)
    assert actions.refresh_values(by=coordinator) == 3
    made[0].refresh_from_db()
    assert made[0].value_now == 50


def test_late_is_computed():
    today = timezone.localdate()
    late = FollowUpFactory(due_on=today - timedelta(days=1), created_on=today - timedelta(days=9))
    done = FollowUpFactory(
        due_on=late.due_on, created_on=late.created_on, status="SELESAI", finished_on=today
    )
    on_time = FollowUpFactory(due_on=today)
    assert [row.state for row in (late, done, on_time)] == ["LEWAT", "SELESAI", "TERBUKA"]
    assert list(FollowUp.objects.overdue()) == [late]


def test_finishing_needs_evidence_that_is_what_it_says(coordinator, officer):
    made = follow_up(call(coordinator), coordinator)
    fake = SimpleUploadedFile("bukti.pdf", b"<script>alert(1)</script>")
    with pytest.raises(ValidationError, match="tidak dapat dilampirkan"):
        actions.finish(made, note="Selesai.", file=fake, by=officer)
    made.refresh_from_db()
    assert made.status == "TERBUKA"

    proof = SimpleUploadedFile("bukti.pdf", document())
    made = actions.finish(made, note="Selesai.", file=proof, by=officer)

    assert (made.status, made.finished_on) == ("SELESAI", timezone.localdate())
    assert made.steps.last().file_name == "bukti.pdf"


def test_each_step_keeps_the_term_that_held_from_it_on(client, coordinator, officer):
    made = follow_up(call(coordinator), coordinator)
    first = made.due_on
    actions.report_progress(made, note="Separuh.", by=officer)
    second, third = first + timedelta(days=7), first + timedelta(days=30)
    actions.change_due(made, due_on=second, note="Banjir.", by=coordinator)
    actions.finish(made, note="Selesai.", by=officer)
    made = actions.reopen(made, note="Belum semua.", due_on=third, by=coordinator)
    assert [(step.action, step.due_on) for step in made.steps.all()] == [
        ("CATAT", first),
        ("KEMAJUAN", first),
        ("TENGGAT", second),
        ("SELESAI", second),
        ("BUKA", third),
    ]
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:coordination_followup_change", args=[made.pk])).text
    for term, times in ((first, 2), (second, 2), (third, 1)):
        assert page.count(f"tenggat saat itu {date_format(term, 'j F Y')}") == times


def test_evidence_is_a_download_for_those_who_see_the_follow_up(client, coordinator, officer):
    made = follow_up(call(coordinator), coordinator)
    proof = SimpleUploadedFile("bukti.png", photo("PNG"))
    actions.report_progress(made, note="Foto.", file=proof, by=officer)
    step = made.steps.last()
    url = reverse("admin:coordination_followup_evidence", args=[made.pk, step.pk])
    client.force_login(officer, "accounts.backends.RoleBackend")
    response = client.get(url)
    sent = b"".join(response.streaming_content)
    assert Image.open(io.BytesIO(sent)).format == "PNG"
    assert not Image.open(io.BytesIO(sent)).getexif()
    assert response.headers["Content-Disposition"] == 'attachment; filename="bukti.png"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    client.force_login(UserFactory(regions=[PULANG_PISAU]), "accounts.backends.RoleBackend")
    assert client.get(url).status_code == 404


def test_evidence_that_is_too_large_is_refused_under_its_field(client, coordinator, officer):
    made = follow_up(call(coordinator), coordinator)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_followup_kemajuan", args=[made.pk])
    file = SimpleUploadedFile("foto.jpg", b"0" * (MAX_BYTES + 1))
    page = client.post(url, {"note": "Foto.", "file": file})
    assert "foto.jpg lebih besar dari 10 MB" in page.content.decode()
    assert made.steps.count() == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TKSK])
def test_who_may_not_report(coordinator, role):
    made = follow_up(call(coordinator), coordinator)
    with pytest.raises(PermissionDenied):
        actions.report_progress(made, note="x", by=UserFactory(role=role, regions=["62"]))


def test_other_agencies_see_what_is_theirs(coordinator):
    dukcapil = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    meeting = call(coordinator)
    own = follow_up(meeting, coordinator, responsible=dukcapil)
    follow_up(meeting, coordinator)
    assert list(FollowUp.objects.visible_to(dukcapil)) == [own]
    assert Notification.objects.of(dukcapil).count() == 1
    actions.report_progress(own, note="Sudah dikirim.", by=dukcapil)


def test_reminders_before_the_due_date_then_weekly(coordinator, officer):
    made = follow_up(call(coordinator), coordinator, responsible=officer)
    Notification.objects.all().delete()
    due = made.due_on
    days = [due + timedelta(days=n) for n in (-10, -3, -2, 0, 3, 4, 5, 11)]
    assert [actions.send_reminders(day) for day in days] == [0, 1, 0, 0, 0, 1, 0, 1]
    assert "lewat 11 hari" in Notification.objects.first().text


def test_an_agency_without_a_user_is_reminded_by_e_mail(client, coordinator, officer):
    agency = Agency.objects.get(short_name="Bulog")
    Agency.objects.filter(pk=agency.pk).update(email="kanwil@bulog.example")
    agency.refresh_from_db()
    meeting = call(coordinator)
    made = follow_up(meeting, coordinator, agency=agency, text="Mengisi gudang Kapuas")
    follow_up(meeting, coordinator, agency=agency, responsible=officer)
    follow_up(meeting, coordinator, agency=Agency.objects.get(short_name="Bappeda Provinsi"))
    days = [made.due_on + timedelta(days=n) for n in (-10, -3, -2, 3, 4)]

    assert [actions.remind_agencies(day).sent for day in days] == [0, 1, 0, 0, 1]

    first = mail.outbox[0]
    assert first.to == ["kanwil@bulog.example"]
    assert first.body.count("- ") == 1
    assert "Mengisi gudang Kapuas" in first.body
    for user in (coordinator, officer):
        assert user.full_name not in first.body
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    for url in (
        reverse("admin:coordination_meeting_change", args=[meeting.pk]),
        reverse("admin:coordination_followup_change", args=[made.pk]),
    ):
        assert "diingatkan" in client.get(url).content.decode()


def test_the_address_of_an_agency_is_checked():
    with pytest.raises(ValidationError, match="alamat email"):
        Agency(name="Contoh", short_name="Contoh", email="bukan alamat").full_clean()


def test_due_date_before_the_meeting_is_refused_at_its_field(coordinator):
    meeting = call(coordinator, days=-1)
    day = timezone.localdate(meeting.starts_at)
    with pytest.raises(ValidationError, match="Pilih tanggal sesudahnya") as refused:
        follow_up(meeting, coordinator, due_on=day - timedelta(days=1))
    assert set(refused.value.error_dict) == {"due_on"}


@pytest.mark.parametrize(
    ("role", "place", "can"),
    [
        (Role.PETUGAS, KAPUAS, True),
        (Role.DUKCAPIL, KAPUAS, True),
        (Role.KOORDINATOR, "62", True),
        (Role.PETUGAS, PULANG_PISAU, False),  # would be reminded of what they do not see
        (Role.TKSK, KAPUAS, False),
        (Role.ADMINISTRATOR, "62", False),
    ],
)
def test_responsible_is_who_reports_there(coordinator, role, place, can):
    user, meeting = UserFactory(role=role, regions=[place]), call(coordinator)
    if can:
        assert follow_up(meeting, coordinator, responsible=user).responsible == user
    else:
        with pytest.raises(ValidationError, match="Pilih pengguna lain"):
            follow_up(meeting, coordinator, responsible=user)


def test_open_follow_ups_stand_above_finished_ones(client, coordinator):
    meeting = call(coordinator)
    done = follow_up(meeting, coordinator, due_on=timezone.localdate())
    actions.finish(done, note="Selesai.", by=coordinator)
    late = follow_up(meeting, coordinator)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:coordination_followup_changelist"))
    assert list(page.context["cl"].result_list) == [late, done]


def test_database_keeps_the_end_and_its_date_together():
    with pytest.raises(IntegrityError, match="followup_finished_has_date"), transaction.atomic():
        FollowUpFactory(status="SELESAI")


def test_next_meeting_opens_with_what_is_open_and_what_ended_since(coordinator):
    oldest = call(coordinator, days=-60, title="Pertama")
    ended_before = follow_up(oldest, coordinator, text="lama")
    ended_since = follow_up(oldest, coordinator, text="baru selesai")
    still_open = follow_up(oldest, coordinator, text="terbuka")
    last = call(coordinator, days=-30, title="Kedua")
    for meeting in (oldest, last):
        actions.hold_meeting(meeting, summary="", people={}, by=coordinator)
    for row, days in ((ended_before, 40), (ended_since, 10)):
        actions.finish(row, note="Selesai.", by=coordinator)
        FollowUp.objects.filter(pk=row.pk).update(
            finished_on=timezone.localdate() - timedelta(days=days)
        )
    district = call(coordinator, region=KAPUAS, days=-5)
    follow_up(district, coordinator, text="rapat lain")

    coming = call(coordinator, days=3, title="Ketiga")

    assert coming.previous == last
    assert set(follow_ups_for(coming, coordinator)) == {ended_since, still_open}


# Briefings and minutes


@pytest.fixture
def briefing(coordinator, verified):
    held = call(coordinator, days=-30, title="Yang lalu")
    follow_up(held, coordinator, indicator="terverifikasi")
    actions.hold_meeting(held, summary="Baik.", people={}, by=coordinator)
    meeting = call(coordinator, days=2, title="Rakor akhir tahun")
    briefings.request_briefings(meeting, by=coordinator)
    tasks.prepare_briefings.call(meeting.pk)
    return Briefing.objects.get(meeting=meeting, region="62")


def moment(found) -> datetime:
    return timezone.localtime(found.as_of)


def test_one_for_the_province_and_each_kabupaten(briefing):
    found = Briefing.objects.filter(meeting=briefing.meeting)
    assert found.count() == 15
    assert set(found.values_list("status", flat=True)) == {"SIAP"}


def test_figures_are_those_of_the_pages(briefing, coordinator):
    told = {row["code"]: row for row in briefing.snapshot["indicators"]}
    area = indicators.area_of(coordinator, "62")
    assert told["terverifikasi"]["total"]["text"] == "71,4%"
    assert told["terverifikasi"]["total"]["part"] == area.total.approved == 5
    assert told["nik_tidak_sah"]["total"]["number"] == float(area.total.invalid_share)
    by_place = {place["code"]: place["text"] for place in told["terverifikasi"]["places"]}
    assert (by_place[KAPUAS], by_place[PULANG_PISAU], by_place["62.01"]) == ("50,0%", "100,0%", "–")


def test_word_file_opened_again(briefing):
    document = Document(io.BytesIO(word.briefing(briefing.snapshot, moment(briefing))))
    head, follow_ups, payout, places, *_ = document.tables
    rows = {row.cells[0].text: [cell.text for cell in row.cells] for row in head.rows}
    assert rows["KPM terverifikasi"][1:3] == ["71,4%", "5 dari 7 KPM"]
    assert follow_ups.rows[1].cells[0].text == "Menyelesaikan verifikasi"
    assert follow_ups.rows[1].cells[5].text == (
        f"KPM terverifikasi: 50,0% → 50,0% ({named(Round, Round.objects.get().name)})"
    )
    titles = [cell.text for cell in places.rows[0].cells]
    table = {row.cells[0].text: [cell.text for cell in row.cells] for row in places.rows}
    assert table["Kapuas"][titles.index("KPM terverifikasi")] == "50,0%"
    assert len(table) == 15
    paid = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in payout.rows}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum((topped_up_amount > 0)::int),"
            " sum((status = 'TOP_UP_GAGAL')::int),"
            " sum((topped_up_amount > 0 AND spent_amount = 0)::int),"
            " round(sum(topped_up_amount) / 1e6, 1), round(sum(spent_amount) / 1e6, 1)"
            " FROM distribution_payment"
        )
        *counts, credited, spent = cursor.fetchone()
    assert paid["Provinsi Kalimantan Tengah"][:4] == [str(number) for number in counts]
    amounts = [str(amount).replace(".", ",") for amount in (credited, spent)]
    assert paid["Provinsi Kalimantan Tengah"][4:6] == amounts == ["0,8", "0,3"]
    assert paid["Kapuas"][:4] == ["4", "3", "1", "2"]
    assert paid["Kapuas"][6] == "2"


def test_charts_of_the_document_hold_the_figures(briefing):
    content = word.briefing(briefing.snapshot, moment(briefing))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        workbooks = sorted(name for name in package.namelist() if name.endswith(".xlsx"))
        sheets = [load_workbook(io.BytesIO(package.read(name))).active for name in workbooks]
    drawn = [
        (
            sheet["B1"].value,
            {row[0]: row[1] for row in sheet.iter_rows(min_row=2, values_only=True)},
        )
        for sheet in sheets
    ]
    assert ("KPM terverifikasi", {"Kapuas": 50.0, "Pulang Pisau": 100.0}) in drawn
    assert ("KPM belum belanja", {"Kapuas": 66.7, "Pulang Pisau": 0.0}) in drawn
    assert ("Rencana", {"Okt 2021": 1.0}) in drawn


def test_slides_opened_again(briefing):
    presentation = Presentation(io.BytesIO(slides.briefing(briefing.snapshot, moment(briefing))))
    charts = {
        slide.shapes.title.text: shape.chart
        for slide in presentation.slides
        for shape in slide.shapes
        if shape.has_chart
    }
    chart = charts["KPM terverifikasi menurut kabupaten/kota"]
    plot = chart.plots[0]
    drawn = dict(zip(plot.categories, plot.series[0].values, strict=True))
    assert drawn == {"Kapuas": 50.0, "Pulang Pisau": 100.0}
    assert list(plot.categories)[-1] == "Kapuas"  # the worst on top
    trend = charts["KPM terverifikasi dari hari ke hari"].plots[0].series[0]
    assert list(trend.values)[-1] == 5
    unspent = charts["KPM belum belanja menurut kabupaten/kota"].plots[0]
    assert dict(zip(unspent.categories, unspent.series[0].values, strict=True)) == {
        "Kapuas": 66.7, "Pulang Pisau": 0.0,
    }  # fmt: skip
    money = charts["Rencana, dana masuk, dan belanja menurut periode (juta rupiah)"].plots[0]
    assert [(row.name, list(row.values)) for row in money.series] == [
        ("Rencana", [1.0]), ("Dana masuk", [0.8]), ("Dibelanjakan", [0.3]),
    ]  # fmt: skip
    tables = [
        shape.table for slide in presentation.slides for shape in slide.shapes if shape.has_table
    ]
    assert ("KPM terverifikasi", "71,4%") in [
        (row.cells[0].text, row.cells[1].text) for row in tables[0].rows
    ]


@pytest.mark.parametrize("make", [word.briefing, slides.briefing])
def test_the_same_file_comes_again(briefing, make):
    first = make(briefing.snapshot, moment(briefing))
    HouseholdFactory(village_id=VILLAGE, kpm=True)
    figures.refresh()
    briefing.refresh_from_db()
    assert make(briefing.snapshot, moment(briefing)) == first


def test_district_gets_its_own_briefing_only(client, briefing, officer):
    own = Briefing.objects.get(meeting=briefing.meeting, region=KAPUAS)
    client.force_login(officer, "accounts.backends.RoleBackend")

    def door(found):
        return reverse(
            "admin:coordination_meeting_briefing", args=[found.meeting_id, found.pk, "docx"]
        )

    assert client.get(door(own)).status_code == 200
    assert client.get(door(briefing)).status_code == 404
    page = client.get(reverse("admin:coordination_meeting_change", args=[briefing.meeting_id]))
    assert door(own) in page.content.decode()
    assert door(briefing) not in page.content.decode()
    told = {row["code"]: row for row in own.snapshot["indicators"]}
    assert told["terverifikasi"]["province"]["text"] == "71,4%"
    assert told["belum_belanja"]["total"]["text"] == "66,7%"
    assert told["belum_belanja"]["province"]["text"] == "50,0%"
    assert own.snapshot["payout"]["total"]["credited"] == 3


def test_a_briefing_frozen_before_the_payout_was_known_is_still_made(briefing):
    del briefing.snapshot["payout"]
    for make in (word.briefing, slides.briefing):
        assert make(briefing.snapshot, moment(briefing))


def test_task_run_again_counts_nothing_twice(briefing):
    before = list(Briefing.objects.order_by("pk").values_list("pk", "as_of"))
    tasks.prepare_briefings.call(briefing.meeting_id)
    assert list(Briefing.objects.order_by("pk").values_list("pk", "as_of")) == before


def test_what_another_worker_has_made_stays(briefing):
    read_before = Briefing.objects.get(pk=briefing.pk)
    read_before.status = Briefing.Status.ANTRE
    freeze(read_before)
    assert Briefing.objects.get(pk=briefing.pk).as_of == briefing.as_of


def test_progress_is_shown_while_they_are_made(client, coordinator):
    meeting = call(coordinator, days=2)
    briefings.request_briefings(meeting, by=coordinator)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    response = client.get(reverse("admin:coordination_meeting_change", args=[meeting.pk]))
    assert "0 dari 15 siap" in response.content.decode()
    assert response.headers["Refresh"] == "5"
    with pytest.raises(ValidationError, match="sedang disiapkan"):
        briefings.request_briefings(meeting, by=coordinator)


def minutes_of(client, meeting, *version) -> bytes:
    url = reverse("admin:coordination_meeting_minutes", args=[meeting.pk, *version])
    return client.get(url).content


def words(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_minutes_are_a_draft_until_they_are_finalised(client, coordinator, briefing):
    meeting = Meeting.objects.get(title="Yang lalu")
    actions.decide(meeting, text="Verifikasi selesai bulan ini.", by=coordinator)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    text = words(minutes_of(client, meeting))
    assert "Notulen Yang lalu" in text
    assert "KONSEP per" in text
    assert "1. Verifikasi selesai bulan ini." in text
    assert "Pimpinan rapat" in text


def test_finalised_minutes_stay_as_they_were_signed(client, coordinator, briefing):
    meeting = Meeting.objects.get(title="Yang lalu")
    finalise_minutes(meeting, by=coordinator)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    signed = minutes_of(client, meeting)
    assert "Versi 1, ditetapkan" in words(signed)
    assert "50,0% → 50,0%" in words(signed)

    actions.decide(meeting, text="Ditambahkan kemudian.", by=coordinator)
    made = meeting.follow_ups.get()
    FollowUp.objects.update(value_now=75)
    actions.finish(made, note="Selesai.", by=coordinator)

    assert minutes_of(client, meeting) == signed
    finalise_minutes(meeting, by=coordinator)
    assert "Ditambahkan kemudian." in words(minutes_of(client, meeting))
    assert minutes_of(client, meeting, 1) == signed
    page = client.get(reverse("admin:coordination_meeting_change", args=[meeting.pk]))
    assert "Versi 2" in page.content.decode()


def test_minutes_of_a_district_hold_its_own_follow_ups(client, coordinator, officer):
    meeting = call(coordinator)
    follow_up(meeting, coordinator, text="Untuk Kapuas")
    follow_up(meeting, coordinator, text="Untuk Pulpis", region=Region.objects.get(pk=PULANG_PISAU))
    actions.hold_meeting(meeting, summary="", people={}, by=coordinator)
    finalise_minutes(meeting, by=coordinator)
    client.force_login(officer, "accounts.backends.RoleBackend")
    text = words(minutes_of(client, meeting))
    assert "Untuk Kapuas" in text
    assert "Untuk Pulpis" not in text
    with pytest.raises(PermissionDenied):
        finalise_minutes(meeting, by=officer)


def test_minutes_are_finalised_after_the_meeting(coordinator):
    with pytest.raises(ValidationError, match="sesudah hasil rapat"):
        finalise_minutes(call(coordinator), by=coordinator)


def test_minutes_that_say_the_same_are_not_another_version(coordinator, briefing):
    meeting = Meeting.objects.get(title="Yang lalu")
    finalise_minutes(meeting, by=coordinator)
    with pytest.raises(ValidationError, match="tidak berubah sejak versi 1"):
        finalise_minutes(meeting, by=coordinator)
    actions.decide(meeting, text="Tambahan.", by=coordinator)
    finalise_minutes(meeting, by=coordinator)
    assert set(meeting.minutes.values_list("version", flat=True)) == {1, 2}


def test_database_keeps_what_was_frozen(coordinator, briefing):
    finalise_minutes(Meeting.objects.get(title="Yang lalu"), by=coordinator)
    for change in (
        lambda: Briefing.objects.filter(pk=briefing.pk).update(snapshot={"x": 1}),
        lambda: Minutes.objects.update(snapshot={"x": 1}),
        lambda: Minutes.objects.all().delete(),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()


# Pages


def test_calling_one_through_the_form(client, coordinator):
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    agency = Agency.objects.first()
    response = client.post(
        reverse("admin:coordination_meeting_add"),
        {
            "title": "Rakor triwulan IV",
            "region": "62",
            "starts_at": "2021-11-23T09:00",
            "place": "Aula",
            "chair": "Kepala Dinas",
            "agenda": "Verifikasi\n\nPengaduan",
            "agencies": [agency.pk],
        },
    )
    meeting = Meeting.objects.get()
    assert response.url == reverse("admin:coordination_meeting_change", args=[meeting.pk])
    assert timezone.localtime(meeting.starts_at).hour == 9
    assert client.get(response.url).status_code == 200
    edit = reverse("admin:coordination_meeting_edit", args=[meeting.pk])
    assert "Verifikasi\nPengaduan" in client.get(edit).content.decode()


@pytest.mark.parametrize("key", ["bahan", "hasil", "keputusan", "tindak-lanjut", "batal"])
def test_every_step_has_its_page(client, coordinator, key):
    meeting = call(coordinator)
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    url = reverse(f"admin:coordination_meeting_{key}", args=[meeting.pk])
    assert client.get(url).status_code == 200


def test_district_reads_the_meeting_of_the_province(client, coordinator, officer):
    meeting = call(coordinator)
    follow_up(meeting, coordinator, text="Untuk Kapuas")
    follow_up(meeting, coordinator, text="Untuk Pulpis", region=Region.objects.get(pk=PULANG_PISAU))
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:coordination_meeting_change", args=[meeting.pk]))
    text = page.content.decode()
    assert "Untuk Kapuas" in text
    assert "Untuk Pulpis" not in text
    assert "Tambah keputusan" not in text
    edit = reverse("admin:coordination_meeting_edit", args=[meeting.pk])
    with pytest.raises(PermissionDenied):
        actions.decide(meeting, text="x", by=officer)
    assert client.post(edit, {}).status_code == 403


def test_the_work_of_the_night_can_be_run_again(coordinator, officer, verified):
    follow_up(
        call(coordinator),
        coordinator,
        responsible=officer,
        indicator="terverifikasi",
        due_on=timezone.localdate(),
    )
    assert (actions.measure_follow_ups(), actions.send_reminders()) == (1, 1)
    assert (actions.measure_follow_ups(), actions.send_reminders()) == (1, 0)
