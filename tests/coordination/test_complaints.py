"""Pengaduan: the way of a complaint, who sees it and its complainant, the figures."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Notification
from accounts.roles import Role
from beneficiaries.models import Household
from coordination.actions import complaints as actions
from coordination.figures import complaint_figures, household_timeline
from coordination.health import complaints_unlike_their_steps
from coordination.models import Complaint, ComplaintTerm
from dashboards import indicators
from regions.models import Holiday, Region
from regions.working_days import working_days_after
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    ComplaintFactory,
    HouseholdFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def supervisor():
    return UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS])


def receive(by, **changes):
    values = {
        "channel": "TELEPON",
        "category": "JUMLAH",
        "region": Region.objects.get(pk=VILLAGE),
        "subject": "Beras kurang",
        "text": "Beras 8 kg, seharusnya 10 kg.",
        "received_on": timezone.localdate(),
        **changes,
    }
    return actions.receive_complaint(by=by, **values)


def test_the_whole_way(officer, supervisor):
    complaint = receive(officer)
    complaint = actions.assign(complaint, owner=supervisor, by=officer)
    complaint = actions.add_note(complaint, note="Agen didatangi.", by=supervisor)
    complaint = actions.answer(complaint, outcome="BENAR", answer="Diganti.", by=supervisor)
    assert complaint.status == "DIJAWAB"
    assert not complaint.is_open
    complaint = actions.close(complaint, note="Pelapor ditelepon.", by=officer)
    complaint = actions.reopen(complaint, note="Belum diganti.", by=officer)

    assert complaint.status == "DITANGANI"
    assert (complaint.answer, complaint.reopened) == ("", 1)
    assert [step.action for step in complaint.steps.all()] == [
        "CATAT", "SERAHKAN", "KEMAJUAN", "JAWAB", "SELESAI", "BUKA",
    ]  # fmt: skip
    assert "Diganti." in [step.note for step in complaint.steps.all()]


@pytest.mark.parametrize("category", Complaint.Category.values)
def test_due_by_category(officer, category):
    complaint = receive(officer, category=category)
    days = ComplaintTerm.objects.get(category=category).days
    assert complaint.due_on == working_days_after(complaint.received_on, days)


def test_term_is_what_the_administrator_has_set(client, officer):
    admin = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    client.force_login(admin, "accounts.backends.RoleBackend")
    term = ComplaintTerm.objects.get(category="HARGA")
    url = reverse("admin:coordination_complaintterm_change", args=[term.pk])
    client.post(url, {"category": "HARGA", "days": "3", "legal_basis": "Keputusan Kepala Dinas"})
    complaint = receive(officer, category="HARGA")
    assert complaint.due_on == working_days_after(complaint.received_on, 3)
    page = client.post(url, {"category": "HARGA", "days": "90"})
    assert "antara 1 dan 60 hari kerja" in page.content.decode()


def test_holidays_do_not_count(officer):
    monday = date(2021, 11, 1)
    assert receive(officer, received_on=monday).due_on == date(2021, 11, 8)
    Holiday.objects.create(day=date(2021, 11, 3), name="Libur uji")
    assert receive(officer, received_on=monday).due_on == date(2021, 11, 9)


def test_complaint_about_an_agent_of_the_own_place(client, officer):
    agent = AgentFactory(name="Warung Selat")
    foreign = AgentFactory(village_id=OTHER_VILLAGE, name="Toko Pulang Pisau")
    client.force_login(officer, "accounts.backends.RoleBackend")
    add = reverse("admin:coordination_complaint_add")
    page = client.get(add).content.decode()
    assert "Warung Selat" in page
    assert "Toko Pulang Pisau" not in page
    sent = {
        "channel": "TELEPON", "category": "AGEN", "region": VILLAGE, "subject": "Agen tutup",
        "text": "Tiga hari tutup.", "received_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert "Toko" not in client.post(add, {**sent, "agent": foreign.pk}).content.decode()
    assert not Complaint.objects.exists()
    complaint_page = client.post(add, {**sent, "agent": agent.pk}, follow=True).content.decode()
    assert reverse("admin:distribution_agent_change", args=[agent.pk]) in complaint_page
    assert Complaint.objects.get().agent == agent
    with pytest.raises(ValidationError, match="tidak berada di kabupaten/kota"):
        receive(officer, agent=foreign)


def test_due_date_follows_a_corrected_category(officer):
    complaint = receive(officer, category="JUMLAH")
    complaint = actions.reclassify(complaint, category="SASARAN", is_sensitive=False, by=officer)
    days = ComplaintTerm.objects.get(category="SASARAN").days
    assert complaint.due_on == working_days_after(complaint.received_on, days)


def correct(complaint, by, **changes):
    values = {
        "region": complaint.region, "household": complaint.household, "agent": complaint.agent,
        "subject": complaint.subject, "text": complaint.text, "note": "Salah dengar.", **changes,
    }  # fmt: skip
    return actions.correct(complaint, by=by, **values)


def test_a_correction_keeps_what_was_written_before(officer):
    complaint = receive(officer, subject="Kartu hilang", text="Kartu hilang di jalan.")
    complaint = correct(complaint, officer, subject="Kartu rusak")
    step = complaint.steps.last()
    assert complaint.subject == "Kartu rusak"
    assert (step.action, step.by) == ("KOREKSI", officer)
    assert step.note == "Pokok: “Kartu hilang” → “Kartu rusak”.\nAlasan: Salah dengar."
    with pytest.raises(ValidationError, match="masih sama"):
        correct(complaint, officer)


def test_a_complaint_moved_by_the_province_is_received_again_there(officer):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    there = UserFactory(regions=[PULANG_PISAU])
    complaint = ComplaintFactory(status="DITANGANI", owner=officer)
    region = Region.objects.get(pk=PULANG_PISAU)
    with pytest.raises(PermissionDenied):
        correct(complaint, officer, region=region)

    complaint = correct(complaint, coordinator, region=region)

    assert (complaint.status, complaint.owner) == ("DITERIMA", None)
    assert list(Complaint.objects.visible_to(there)) == [complaint]
    assert not Complaint.objects.visible_to(officer).exists()
    assert {step.region_id for step in complaint.steps.all()} == {PULANG_PISAU}
    assert Notification.objects.of(there).count() == 1
    assert complaints_unlike_their_steps() == []


def test_an_owner_of_both_places_keeps_it(officer):
    complaint = ComplaintFactory(status="DITANGANI", owner=officer)
    complaint = correct(complaint, officer, region=Region.objects.get(pk=KAPUAS))
    assert (complaint.status, complaint.owner) == ("DITANGANI", officer)


def test_a_place_is_that_of_its_family_and_its_agent():
    complaint = ComplaintFactory(
        household=HouseholdFactory(village_id=VILLAGE), agent=AgentFactory(village_id=VILLAGE)
    )
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    there = Region.objects.get(pk=PULANG_PISAU)
    with pytest.raises(ValidationError) as refused:
        correct(complaint, coordinator, region=there)
    assert refused.value.message_dict == {
        "household": [
            "Keluarga ini tidak tinggal di Kabupaten Pulang Pisau. Sebut keluarga yang tinggal di"
            " sana, atau catat pengaduan tanpa keluarga."
        ],
        "agent": [
            f"{complaint.agent} tidak berada di kabupaten/kota pengaduan ini. Pilih agen di sana,"
            " atau catat pengaduan tanpa agen."
        ],
    }

    family = HouseholdFactory(village_id=OTHER_VILLAGE)
    before = complaint.household
    complaint = correct(complaint, coordinator, region=there, household=family, agent=None)

    assert (complaint.region, complaint.household, complaint.agent) == (there, family, None)
    note = complaint.steps.last().note
    assert f"Keluarga: “nomor {before.pk}” → “nomor {family.pk}”." in note
    assert "→ “tidak ada”." in note and str(family) not in note


def test_a_family_that_has_moved_since_does_not_hinder_a_correction(officer):
    complaint = ComplaintFactory(household=HouseholdFactory(village_id=OTHER_VILLAGE))
    complaint = correct(complaint, officer, subject="Kartu rusak")
    assert complaint.subject == "Kartu rusak" and complaint.household
    with pytest.raises(ValidationError, match="tidak tinggal di"):
        correct(complaint, officer, region=Region.objects.get(pk=KAPUAS))


def test_a_correction_through_its_page(client, officer):
    complaint = ComplaintFactory()
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_koreksi", args=[complaint.pk])
    assert complaint.subject in client.get(url).content.decode()
    client.post(
        url, {"region": KAPUAS, "subject": "Lain", "text": complaint.text, "note": "Keliru."}
    )
    complaint.refresh_from_db()
    assert (complaint.subject, complaint.region_id) == ("Lain", KAPUAS)
    page = client.get(reverse("admin:coordination_complaint_change", args=[complaint.pk]))
    assert "Dikoreksi" in page.content.decode()


def test_its_page_moves_a_complaint_with_family_and_agent(client):
    complaint = ComplaintFactory(
        household=HouseholdFactory(village_id=VILLAGE), agent=AgentFactory(village_id=VILLAGE)
    )
    agent = AgentFactory(village_id=OTHER_VILLAGE, name="Warung Seberang")
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_koreksi", args=[complaint.pk])
    page = client.get(url).content.decode()
    assert str(complaint.household) in page and agent.name not in page

    sent = {
        "region": PULANG_PISAU,
        "keeps_household": "on",
        "agent": complaint.agent_id,
        "subject": complaint.subject,
        "text": complaint.text,
        "note": "Salah wilayah.",
    }
    page = client.post(url, sent).content.decode()
    assert "catat pengaduan tanpa keluarga" in page and "Pilih agen di sana" in page
    assert agent.name in page

    def kept() -> tuple:
        complaint.refresh_from_db()
        return complaint.region_id, complaint.household, complaint.agent

    family = HouseholdFactory(village_id=OTHER_VILLAGE)
    sent["agent"] = agent.pk
    client.post(url, sent | {"household": family.payee.nik})
    assert kept() == (PULANG_PISAU, family, agent)
    client.post(url, sent | {"subject": "Lain"})
    assert kept() == (PULANG_PISAU, family, agent)
    del sent["keeps_household"], sent["agent"]
    client.post(url, sent)
    assert kept() == (PULANG_PISAU, None, None)


def test_who_recorded_a_sensitive_one_does_not_open_it_to_all(officer, supervisor):
    complaint = ComplaintFactory(is_sensitive=True, received_by=officer)
    own = ComplaintFactory(is_sensitive=True, received_by=supervisor)

    def open_up(complaint, by):
        return actions.reclassify(complaint, category=complaint.category, is_sensitive=False, by=by)

    for refused, by in ((complaint, officer), (own, supervisor)):
        with pytest.raises(ValidationError, match="Tanda sensitif"):
            open_up(refused, by)
        refused.refresh_from_db()
        assert refused.is_sensitive
    complaint = open_up(complaint, supervisor)
    assert not complaint.is_sensitive
    assert "Tidak lagi sensitif" in complaint.steps.last().note
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    recorded = ComplaintFactory(is_sensitive=True, received_by=coordinator)
    assert not open_up(recorded, coordinator).is_sensitive


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("DITERIMA", lambda c, by: actions.answer(c, outcome="BENAR", answer="Ya.", by=by)),
        ("DITERIMA", lambda c, by: actions.add_note(c, note="Ya.", by=by)),
        ("DITANGANI", lambda c, by: actions.close(c, note="Ya.", by=by)),
        ("DITANGANI", lambda c, by: actions.reopen(c, note="Ya.", by=by)),
        ("SELESAI", lambda c, by: actions.assign(c, owner=by, by=by)),
    ],
)
def test_ways_that_do_not_exist(officer, status, step):
    answered = {"outcome": "BENAR", "answer": "Ya.", "answered_on": timezone.localdate()}
    complaint = ComplaintFactory(
        status=status,
        owner=None if status == "DITERIMA" else officer,
        **(answered if status == "SELESAI" else {}),
    )
    with pytest.raises(ValidationError):
        step(complaint, officer)
    complaint.refresh_from_db()
    assert complaint.status == status


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "DITANGANI"}, "complaint_handled_by_somebody"),
        ({"channel": "SP4N"}, "complaint_sp4n_has_number"),
        ({"due_on": "2021-10-01"}, "complaint_due_after_received"),
    ],
)
def test_rules_of_the_database(changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ComplaintFactory(**changes)


def test_answer_without_text_is_refused_by_the_database(officer):
    with pytest.raises(IntegrityError, match="complaint_answered_with_text"), transaction.atomic():
        ComplaintFactory(status="SELESAI", owner=officer)


def test_sp4n_number_twice_is_told(officer):
    receive(officer, channel="SP4N", sp4n_number="7000001")
    with pytest.raises(ValidationError, match="sudah dicatat"):
        receive(officer, channel="SP4N", sp4n_number="7000001")


def test_not_of_tomorrow_and_not_elsewhere(officer):
    with pytest.raises(ValidationError, match="belum tiba"):
        receive(officer, received_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        receive(officer, region=Region.objects.get(pk=OTHER_VILLAGE))
    with pytest.raises(ValidationError, match="tidak tinggal di"):
        receive(officer, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    assert not Complaint.objects.exists()


def test_those_who_may_handle_it_are_told_without_names(officer, supervisor):
    receive(officer, complainant_name="PELAPOR RAHASIA", subject="Beras kurang")
    note = Notification.objects.get()
    assert note.user == supervisor
    assert "PELAPOR" not in note.text
    assert "Beras" not in note.text


def test_province_is_told_where_nobody_is_nearer(officer):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    receive(officer)
    assert not Notification.objects.of(coordinator).exists()
    receive(coordinator, region=Region.objects.get(pk=OTHER_VILLAGE))
    other = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    receive(coordinator, region=Region.objects.get(pk=OTHER_VILLAGE))
    assert Notification.objects.of(other).count() == 1


def test_field_officer_records_but_does_not_answer():
    tksk = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    complaint = receive(tksk)
    with pytest.raises(PermissionDenied):
        actions.assign(complaint, owner=tksk, by=tksk)


# Sensitive complaints and the complainant


def test_sensitive_ones_are_seen_by_few(officer, supervisor):
    complaint = ComplaintFactory(is_sensitive=True)
    own = ComplaintFactory(is_sensitive=True, received_by=officer)
    auditor = UserFactory(role=Role.AUDITOR, regions=["62"])
    elsewhere = UserFactory(role=Role.SUPERVISOR, regions=[PULANG_PISAU])

    assert list(Complaint.objects.visible_to(officer)) == [own]
    assert set(Complaint.objects.visible_to(supervisor)) == {complaint, own}
    assert set(Complaint.objects.visible_to(auditor)) == {complaint, own}
    assert not Complaint.objects.visible_to(elsewhere).exists()


def test_sensitive_one_is_not_found_by_its_address(client, officer):
    complaint = ComplaintFactory(is_sensitive=True)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_change", args=[complaint.pk])
    assert client.get(url).status_code == 404
    assert client.get(f"{url[:-7]}jawab/").status_code == 404
    with pytest.raises(PermissionDenied):
        actions.assign(complaint, owner=officer, by=officer)


def test_sensitive_one_is_owned_by_who_may_see_it(officer, supervisor):
    complaint = ComplaintFactory(is_sensitive=True)
    assert actions.may_own(complaint) == [supervisor]
    with pytest.raises(ValidationError):
        actions.assign(complaint, owner=officer, by=supervisor)


def test_complainant_is_shown_on_request_and_written_down(client, supervisor):
    complaint = ComplaintFactory(complainant_name="PELAPOR RAHASIA", complainant_phone="0800-111")
    client.force_login(supervisor, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_change", args=[complaint.pk])
    assert "PELAPOR RAHASIA" not in client.get(url).content.decode()

    page = client.post(reverse("admin:coordination_complaint_reveal", args=[complaint.pk]))

    assert "PELAPOR RAHASIA" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    log = AccessLog.objects.get()
    assert (log.user, log.subject) == (supervisor, f"Identitas pelapor {complaint.number}")


def test_complainant_is_closed_to_others_but_open_to_the_owner(client, officer):
    complaint = ComplaintFactory(complainant_name="PELAPOR RAHASIA")
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_reveal", args=[complaint.pk])
    assert client.post(url).status_code == 403
    assert not AccessLog.objects.exists()
    actions.assign(complaint, owner=officer, by=officer)
    assert "PELAPOR RAHASIA" in client.post(url).content.decode()


# Pages


def test_recording_one_through_the_form(client, officer):
    household = HouseholdFactory(village_id=VILLAGE)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_add")
    assert 'name="region"' in client.get(url).content.decode()

    response = client.post(
        url,
        {
            "channel": "KUNJUNGAN",
            "received_on": timezone.localdate().isoformat(),
            "region": VILLAGE,
            "category": "DATA",
            "subject": "Nama salah",
            "text": "Nama pada kartu salah.",
            "household": household.payee.nik,
        },
    )

    complaint = Complaint.objects.get()
    assert response.url == reverse("admin:coordination_complaint_change", args=[complaint.pk])
    assert complaint.household == household
    assert complaint.received_by == officer


def test_family_that_has_moved_away_is_not_shown_any_more(client, officer):
    household = HouseholdFactory(village_id=VILLAGE)
    complaint = ComplaintFactory(household=household)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_change", args=[complaint.pk])
    family = reverse("admin:beneficiaries_household_change", args=[household.pk])
    assert family in client.get(url).text
    Household.objects.filter(pk=household.pk).update(village=OTHER_VILLAGE)
    page = client.get(url)
    assert page.status_code == 200
    assert family not in page.text


def test_form_says_what_is_missing(client, officer):
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.post(reverse("admin:coordination_complaint_add"), {"household": "123"})
    text = page.content.decode()
    for sentence in ("Wilayah belum dipilih.", "Isi pengaduan belum diisi.", "tidak ditemukan"):
        assert sentence in text
    assert not Complaint.objects.exists()


def test_province_chooses_the_place_first(client):
    client.force_login(
        UserFactory(role=Role.KOORDINATOR, regions=["62"]), "accounts.backends.RoleBackend"
    )
    url = reverse("admin:coordination_complaint_add")
    assert "Lanjut" in client.get(url).content.decode()
    assert f'value="{VILLAGE}"' in client.get(url, {"kabupaten": KAPUAS}).content.decode()


def test_steps_on_the_page(client, officer):
    complaint = receive(officer)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_serahkan", args=[complaint.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"owner": officer.pk})
    complaint.refresh_from_db()
    assert complaint.owner == officer
    again = client.post(url, {"owner": officer.pk}, follow=True)
    assert "tidak tersedia pada keadaan ini. Pilih tindakan" in again.content.decode()


def test_handing_over_and_reclassifying_change_something(officer):
    complaint = actions.assign(receive(officer), owner=officer, by=officer)
    with pytest.raises(ValidationError, match="sudah menjadi penanggung jawab"):
        actions.assign(complaint, owner=officer, by=officer)
    same = {"category": complaint.category, "is_sensitive": complaint.is_sensitive}
    with pytest.raises(ValidationError, match="masih sama"):
        actions.reclassify(complaint, **same, by=officer)


def test_number_of_sp4n_is_asked_for_at_its_field(client, officer):
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.post(reverse("admin:coordination_complaint_add"), {"channel": "SP4N"})
    assert page.context["form"].errors["sp4n_number"][0].startswith("Nomor SP4N-LAPOR! belum diisi")


def test_complaints_that_wait_stand_on_top(client, officer):
    day = timezone.localdate()
    answered = actions.assign(receive(officer, received_on=day), owner=officer, by=officer)
    actions.answer(answered, outcome="BENAR", answer="Diganti.", by=officer)
    fresh = receive(officer, received_on=day)
    late = receive(officer, received_on=day - timedelta(days=60))
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:coordination_complaint_changelist"))
    assert list(page.context["cl"].result_list) == [late, fresh, answered]


def test_figures_and_their_lists_agree(client, officer):
    today = timezone.localdate()
    ComplaintFactory(category="JUMLAH", due_on=today - timedelta(days=1))
    ComplaintFactory(category="KARTU")
    for days in (3, 5, 20):
        ComplaintFactory(
            category="KARTU",
            status="DIJAWAB",
            owner=officer,
            outcome="BENAR",
            answer="Ya.",
            received_on=today - timedelta(days=30),
            answered_on=today - timedelta(days=30 - days),
        )
    ComplaintFactory(region_id=OTHER_VILLAGE)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_changelist")

    found = complaint_figures(officer)

    assert (found.total, found.open, found.overdue, found.without_owner) == (5, 2, 1, 2)
    assert found.median == timedelta(days=5)
    assert {group.value: group.total for group in found.by_category} == {"JUMLAH": 1, "KARTU": 4}
    assert [(group.label, group.total) for group in found.by_regency] == [("Kapuas", 5)]
    for state, number in (("terbuka", 2), ("lewat", 1), ("tanpa", 2)):
        page = client.get(url, {"keadaan": state})
        assert page.context["cl"].result_count == number
    assert client.get(url, {"category__exact": "KARTU"}).context["cl"].result_count == 4


def test_indicator_counts_what_is_overdue_by_place_without_sensitive_ones():
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    yesterday = timezone.localdate() - timedelta(days=1)
    ComplaintFactory(due_on=yesterday)
    ComplaintFactory(due_on=yesterday, is_sensitive=True)
    ComplaintFactory(due_on=yesterday, region_id="62")
    ComplaintFactory()
    values = indicators.get("pengaduan_lewat").values(
        coordinator, indicators.area_of(coordinator, "62")
    )
    assert (values["62"].number, values[KAPUAS].number, values[PULANG_PISAU].number) == (2, 1, 0)


def test_timeline_of_the_family_without_sensitive_ones():
    household = HouseholdFactory(village_id=VILLAGE)
    ComplaintFactory(household=household, subject="Kartu belum diterima")
    ComplaintFactory(household=household, is_sensitive=True)
    (entry,) = household_timeline(household)
    assert entry.text == "Kartu belum diterima"


@pytest.mark.parametrize(
    ("number", "found"),
    [("{}", 1), (" {} ", 1), ("pgd-2020-{pk}", 0), ("PGD-0000-1", 0), ("{}9", 0), ("PGD-", 0)],
)
def test_a_complaint_is_found_by_the_number_that_was_told(client, number, found):
    officer = UserFactory(regions=[KAPUAS])
    complaint = ComplaintFactory()
    ComplaintFactory(region_id=OTHER_VILLAGE)
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_changelist")
    text = number.format(complaint.number, pk=complaint.pk)
    assert list(client.get(url, {"q": text}).context["cl"].result_list) == [complaint] * found


def test_a_number_of_another_place_finds_nothing(client):
    elsewhere = ComplaintFactory(region_id=OTHER_VILLAGE)
    client.force_login(UserFactory(regions=[KAPUAS]), "accounts.backends.RoleBackend")
    url = reverse("admin:coordination_complaint_changelist")
    assert not client.get(url, {"q": elsewhere.number}).context["cl"].result_list
