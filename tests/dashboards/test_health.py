"""Checks of the data: what each finds, what the page shows of it, who may see it."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.health import AT_MOST, Check
from dashboards import checking, figures, matching, tasks
from dashboards.models import (
    HealthResult,
    MatchFigures,
    NightlyJob,
    RegisterFigures,
    RoundDay,
    RoundFigures,
    VillageFigures,
)
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    VILLAGE,
    CardFactory,
    CivilRecordFactory,
    HouseholdFactory,
    MatchBatchFactory,
    MatchResultFactory,
    PersonFactory,
    UploadFactory,
    UserFactory,
)
from verification.models import Case, Round

pytestmark = pytest.mark.django_db

URL = "/kesehatan-data/"


def broken(code: str) -> list[str]:
    return next(check for check in checking.checks() if check.code == code).broken()


def payee_of_another_family():
    HouseholdFactory(payee=PersonFactory(), members=0)


def card_in_another_village():
    """As a restored dump without its foreign key would have it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE;"
            " ALTER TABLE beneficiaries_card DROP CONSTRAINT beneficiaries_card_same_place"
        )
    CardFactory(household=HouseholdFactory(village_id=VILLAGE), village_id=OTHER_VILLAGE)


def card_held_by_a_stranger():
    CardFactory(holder=PersonFactory())


def upload_that_lost_a_row():
    officer, now = UserFactory(), timezone.now()
    upload = UploadFactory(
        status="DITERAPKAN", rows_new=1, rows_applied=1,
        submitted_by=UserFactory(), submitted_at=now,
        reviewed_by=officer, reviewed_at=now, applied_at=now,
    )  # fmt: skip
    assert upload.rows.count() == 0


def two_holders_of_one_nik():
    """As a restored dump without its index would have them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX person_confirmed_nik_once")
    for _ in range(2):
        PersonFactory(nik="6203011205839001", nik_confirmed_on=date(2021, 1, 1))


def wrong_figures():
    PersonFactory()
    figures.refresh()
    VillageFigures.objects.filter(pk=VILLAGE).update(persons=7, counted_at=timezone.now())


def wrong_kpm():
    HouseholdFactory(kpm=True)
    figures.refresh()
    VillageFigures.objects.filter(pk=VILLAGE).update(kpm=0, counted_at=timezone.now())
    RegisterFigures.objects.filter(village=VILLAGE).update(kpm=0)


def wrong_register():
    HouseholdFactory(kpm=True)
    figures.refresh()
    RegisterFigures.objects.filter(village=VILLAGE).update(kpm=99)
    VillageFigures.objects.update(counted_at=timezone.now())


def wrong_village(name: str):
    def tamper():
        figures.refresh()
        VillageFigures.objects.filter(pk=VILLAGE).update(
            **{name: F(name) + 1}, counted_at=timezone.now()
        )

    return tamper


def wrong_part_of_a_register(name: str):
    def tamper():
        row = RegisterFigures.objects.filter(village=VILLAGE).first()
        RegisterFigures.objects.filter(pk=row.pk).update(**{name: F(name) + 1})
        VillageFigures.objects.update(counted_at=timezone.now())

    return tamper


def another_register():
    """All sums stay what they are."""
    figures.refresh()
    VillageFigures.objects.update(counted_at=timezone.now())
    assert broken("angka-register") == []
    RegisterFigures.objects.filter(village=OTHER_VILLAGE).update(register="BDT")


def village_that_was_never_counted():
    """Of rows older than a day, as no trigger lets anybody write them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("person", "household", "enrollment"):
            cursor.execute(f"ALTER TABLE beneficiaries_{table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE beneficiaries_{table} SET changed_at = now() - interval '2 d'")
    VillageFigures.objects.filter(pk=VILLAGE).delete()


def wrong_round(name: str):
    def tamper():
        figures.refresh()
        row = RoundFigures.objects.filter(village=VILLAGE).first()
        RoundFigures.objects.filter(pk=row.pk).update(**{name: F(name) + 1})

    return tamper


def wrong_day():
    figures.refresh()
    row = RoundDay.objects.first()
    RoundDay.objects.filter(pk=row.pk).update(approved=row.approved + 1)


def a_day_that_never_was():
    figures.refresh()
    row = RoundDay.objects.first()
    RoundDay.objects.create(round=row.round, regency=row.regency, day=date(2021, 1, 1), approved=1)


def wrong_matching(name: str):
    def tamper():
        MatchResultFactory(state="OTOMATIS", outcome="PADAN")
        matching.refresh()
        MatchFigures.objects.update(**{name: F(name) + 1})

    return tamper


def civil_data_kept_too_long():
    CivilRecordFactory(expires_on=date(2021, 1, 1))


def answer_never_matched():
    MatchBatchFactory(
        status="DIJAWAB",
        answer=UploadFactory(),
        answered_at=timezone.now() - timezone.timedelta(hours=7),
    )


def confirmed_nonsense():
    PersonFactory(nik="123", nik_confirmed_on=date(2021, 1, 1))


def decided_without_a_vote():
    MatchResultFactory(state="DITERIMA", outcome="PADAN", decided_at=timezone.now())


def queued_with_an_outcome():
    MatchResultFactory(outcome="PADAN")


BREAKERS = {
    "nik-satu-orang": two_holders_of_one_nik,
    "pengurus-anggota": payee_of_another_family,
    "desa-keluarga": card_in_another_village,
    "pemegang-kartu": card_held_by_a_stranger,
    "baris-unggahan": upload_that_lost_a_row,
    "angka-desa": wrong_figures,
    "angka-register": wrong_register,
    "angka-mutu-desa": wrong_village("addressed"),
    "angka-putaran": wrong_round("approved"),
    "angka-putaran-harian": wrong_day,
    "angka-pemadanan": wrong_matching("people"),
    "data-dukcapil-dihapus": civil_data_kept_too_long,
    "pemadanan-selesai": answer_never_matched,
    "padan-nik-sah": confirmed_nonsense,
    "putusan-cukup": decided_without_a_vote,
    "antrean-terbuka": queued_with_an_outcome,
}


def test_every_code_is_of_one_check_and_every_example_breaks_one():
    codes = [check.code for check in checking.checks()]
    assert len(codes) == len(set(codes))
    assert set(BREAKERS) <= set(codes)


@pytest.mark.parametrize("code", BREAKERS)
def test_check_holds_until_it_is_broken(code, world):
    CardFactory(household=HouseholdFactory(kpm=True))
    figures.refresh()
    assert broken(code) == []

    BREAKERS[code]()

    assert len(broken(code)) == 1
    assert broken(code)[0].endswith(".")


@pytest.mark.parametrize(
    ("code", "tamper"),
    [
        *(
            pytest.param("angka-mutu-desa", wrong_village(name), id=name)
            for name in ("valid_kk", "addressed", "checked")
        ),
        *(
            pytest.param("angka-desa", wrong_village(name), id=f"village-{name}")
            for name in ("kpm", "households", "persons", "invalid_nik", "matched")
        ),
        ("angka-desa", village_that_was_never_counted),
        *(
            pytest.param("angka-register", wrong_part_of_a_register(name), id=f"register-{name}")
            for name in figures.REGISTER_COUNTS
        ),
        *(
            pytest.param("angka-putaran", wrong_round(name), id=name)
            for name in ("cases", "sent", "returned", "approved")
        ),
        ("angka-putaran-harian", wrong_day),
        ("angka-putaran-harian", a_day_that_never_was),
        *(
            pytest.param("angka-pemadanan", wrong_matching(name), id=name)
            for name in ("people", "latest", "nik_changed")
        ),
    ],
)
def test_every_counted_part_is_compared(code, tamper, world):
    figures.refresh()
    assert broken(code) == []
    tamper()
    assert len(broken(code)) == 1


def test_registers_that_only_add_up_are_told_apart(world):
    another_register()
    assert len(broken("angka-register")) == 2
    assert broken("angka-desa") == []


def test_a_case_changed_since_the_count_says_nothing(world):
    figures.refresh()
    RoundFigures.objects.update(cases=99, counted_at=timezone.now() - timezone.timedelta(hours=1))
    RoundDay.objects.update(approved=99)
    assert (broken("angka-putaran"), broken("angka-putaran-harian")) == ([], [])


def test_a_case_decided_after_its_round_was_closed_is_counted_at_night(world, coordinator):
    figures.refresh()
    closed = Round.objects.running().first()
    before = RoundFigures.objects.filter(round=closed).aggregate(n=Sum("approved"))["n"]
    Round.objects.filter(pk=closed.pk).update(
        status="DITUTUP", closed_by=coordinator, closed_at=timezone.now()
    )
    case = Case.objects.filter(round=closed, status="DIAJUKAN").first()
    Case.objects.filter(pk=case.pk).update(
        status="DISETUJUI", is_found=True, is_eligible=True, visited_on=closed.starts_on,
        decided_by=coordinator, decided_at=timezone.now(),
    )  # fmt: skip
    call_command("refresh_figures", stdout=io.StringIO())
    after = RoundFigures.objects.filter(round=closed).aggregate(n=Sum("approved"))["n"]
    assert after == before + 1


def test_the_families_that_take_part_are_counted_too(world):
    wrong_kpm()
    assert "0 KPM" in broken("angka-desa")[0]
    figures.refresh()
    assert broken("angka-desa") == []


def test_figures_of_a_village_that_changed_since_say_nothing():
    person = PersonFactory()
    figures.refresh()
    wrong_figures_of = VillageFigures.objects.filter(pk=person.village_id)
    wrong_figures_of.update(persons=7, counted_at=person.changed_at - timezone.timedelta(hours=1))
    assert broken("angka-desa") == []


def test_no_more_sentences_than_somebody_reads():
    for _ in range(AT_MOST + 2):
        queued_with_an_outcome()
    assert len(broken("antrean-terbuka")) == AT_MOST


def always(*sentences: str) -> Check:
    return Check("contoh", "Contoh", "Contoh berlaku.", lambda: list(sentences))


def test_a_broken_promise_is_kept_with_the_day_since_when():
    first = checking.run([always("Satu rusak.")])[0]
    again = checking.run([always("Satu rusak.", "Dua rusak.")])[0]
    assert again.is_bad
    assert again.bad_since == first.bad_since
    assert HealthResult.objects.get().count == 2

    assert not checking.run([always()])[0].is_bad
    assert HealthResult.objects.get().sentences == []


def test_a_check_that_fails_stops_no_other():
    def fail():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    failing = Check("gagal", "Gagal", "Tidak jalan.", fail)
    results = checking.run([failing, always()])
    assert [(result.code, result.is_bad) for result in results] == [
        ("gagal", True),
        ("contoh", False),
    ]
    assert "tidak dapat dijalankan" in results[0].failure


def test_results_of_checks_that_are_gone_go():
    checking.run([always("Rusak.")])
    checking.run()
    assert not HealthResult.objects.filter(code="contoh").exists()


def signed_in(client, role, regions=("62",)):
    user = UserFactory(role=role, regions=list(regions))
    client.force_login(user, "accounts.backends.RoleBackend")
    return user


def test_page_shows_promises_and_what_is_broken_first(client):
    queued_with_an_outcome()
    tasks.run_checks.func()
    NightlyJob.objects.create(
        code="hitung-angka",
        title="Hitung ulang angka",
        day=timezone.localdate(),
        queued_at=timezone.now(),
        finished_at=timezone.now(),
        failure="Pekerjaan ini gagal.",
    )
    signed_in(client, Role.AUDITOR)
    response = client.get(URL)
    text = response.content.decode()
    assert response.context["bad"] == 1
    assert response.context["checks"][0].check.code == "antrean-terbuka"
    assert "1 tidak terpenuhi" in text
    for check in checking.checks():
        assert check.promise in text
    assert "Pekerjaan ini gagal." in text
    assert "Periksa sekarang" not in text


def test_page_before_the_first_night(client):
    signed_in(client, Role.ADMINISTRATOR)
    text = client.get(URL).content.decode()
    assert "Data belum pernah diperiksa." in text
    assert "Belum ada pekerjaan yang dijalankan" in text


def test_check_now(client):
    from django_tasks_db.models import DBTaskResult

    signed_in(client, Role.KOORDINATOR)
    for _ in range(2):
        assert client.post(URL).status_code == 302
    assert DBTaskResult.objects.filter(task_path="dashboards.tasks.run_checks").count() == 1
    assert "Sedang diperiksa" in client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("role", "regions", "method"),
    [
        (Role.PETUGAS, ["62.03"], "get"),
        (Role.DUKCAPIL, ["62"], "get"),
        (Role.KOORDINATOR, [KAPUAS], "get"),
        (Role.AUDITOR, ["62"], "post"),
    ],
)
def test_who_may_not(client, role, regions, method):
    signed_in(client, role, regions)
    assert getattr(client, method)(URL).status_code == 403
