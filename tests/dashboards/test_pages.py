import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Household, Person
from dashboards import figures
from tests.dashboards.conftest import NEIGHBOUR_VILLAGE
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    HouseholdFactory,
    UploadFactory,
    UserFactory,
)
from uploads.models import Upload, UploadEvent
from verification.models import Case

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")


def page(client, user, address: str = HOME):
    client.force_login(user)
    return client.get(address)


def text_of(response) -> str:
    """What the page says, without its markup."""
    body = response.content.decode()
    body = body[body.index("<main") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def region(code: str) -> str:
    return reverse("dashboards:region", args=[code])


def submitted(by, **values) -> Upload:
    return UploadFactory(
        status="DIAJUKAN", sent_by=by, submitted_by=by, submitted_at=timezone.now(), **values
    )


def count_behind(client, address: str) -> int:
    """How many rows the change list at `address` has, asked for as a user would."""
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context["cl"].queryset.count()


LISTS = {
    "kpm": Household.objects.kpm().distinct(),
    "invalid_nik": Person.objects.active().with_invalid_nik(),
    "verified": Case.objects.approved(),
    "sent": Case.objects.sent(),
    "to_do": Case.objects.to_do(),
}


@pytest.mark.parametrize("code", ["62", KAPUAS, "62.03.08", VILLAGE])
def test_each_tile_is_as_long_as_its_list(client, coordinator, world, code):
    response = page(client, coordinator, region(code))
    total = response.context["area"].total
    shown = {
        "kpm": total.kpm,
        "invalid_nik": total.invalid_nik,
        "verified": total.approved,
        "sent": total.sent,
        "to_do": total.to_do,
    }
    for name, number in shown.items():
        expected = LISTS[name].filter(village__code__startswith=code).count()
        assert number == expected > 0, name
        address = response.context["links"][name]
        assert count_behind(client, address) == number, address


def test_the_tiles_of_an_officer_are_as_long_as_the_lists_the_officer_sees(client, officer, world):
    response = page(client, officer, region(KAPUAS))
    total, links = response.context["area"].total, response.context["links"]
    assert count_behind(client, links["kpm"]) == total.kpm
    assert count_behind(client, links["invalid_nik"]) == total.invalid_nik == 2


def test_a_link_names_every_level_of_the_place(client, coordinator, world):
    response = page(client, coordinator, region(VILLAGE))
    query = parse_qs(urlsplit(response.context["links"]["invalid_nik"]).query)
    assert query == {
        "kabupaten": [KAPUAS],
        "kecamatan": ["62.03.08"],
        "desa": [VILLAGE],
        "aktif": ["ya"],
        "nik": ["tidak"],
    }


def test_province_home_counts_what_waits_for_this_coordinator(client, coordinator, officer, world):
    colleague = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    submitted(officer)
    submitted(officer)
    submitted(coordinator)  # by the checker's own hand: somebody else decides
    UploadFactory(status="PERLU_PERBAIKAN", sent_by=officer)
    UploadFactory(status="DIBATALKAN", sent_by=officer)
    mine = page(client, coordinator)
    assert (mine.context["waiting"], mine.context["sent"], mine.context["to_repair"]) == (2, 3, 1)
    assert "Unggahan menunggu saya 2 dari 3 unggahan yang diajukan" in text_of(mine)
    assert page(client, colleague).context["waiting"] == 3
    if admin.site.is_registered(Upload):
        client.force_login(coordinator)
        assert count_behind(client, mine.context["uploads_links"]["to_review"]) == 2
        assert count_behind(client, mine.context["uploads_links"]["to_repair"]) == 1


def test_ranking_begins_with_the_lowest_and_adds_up(client, coordinator, world):
    card = page(client, coordinator).context["card"]
    with_cases = [row for row in card.rows if row.value is not None]
    assert [row.place.code for row in with_cases] == [KAPUAS, PULANG_PISAU]
    assert with_cases[0].alarming and not with_cases[1].alarming
    assert len(card.rows) == 14
    assert sum(row.basis for row in card.rows) == card.total_basis == 14
    assert sum(each.places for each in card.classes) == 2  # the others are not in the round


@pytest.mark.parametrize("key", ["kpm", "padan", "kualitas"])
def test_each_figure_has_its_map_and_ranking(client, coordinator, world, key):
    card = page(client, coordinator, f"{HOME}?angka={key}").context["card"]
    assert card.measure.key == key
    values = [row.value for row in card.rows if row.value is not None]
    assert values == sorted(values, reverse=not card.measure.lowest_first)
    assert sum(each.places for each in card.classes) == len(values)
    assert {drawn.mark.place.code for drawn in card.map.areas} == {
        row.place.code for row in card.rows
    }


def test_an_unknown_figure_is_the_first_one(client, coordinator, world):
    card = page(client, coordinator, f"{HOME}?angka=gaji").context["card"]
    assert card.measure.key == "terverifikasi"


def test_drill_down_from_province_to_village(client, coordinator, world):
    for code, below in (("62", KAPUAS), (KAPUAS, "62.03.08"), ("62.03.08", VILLAGE)):
        assert region(below) in page(client, coordinator, region(code)).content.decode()
    village = page(client, coordinator, region(VILLAGE))
    assert village.context["card"] is None
    for above in ("62", KAPUAS, "62.03.08"):
        assert f'href="{region(above)}"' in village.content.decode()


@pytest.mark.parametrize("code", ["62", PULANG_PISAU, "62.11.01", OTHER_VILLAGE])
def test_another_region_is_refused_with_a_reason(client, officer, world, code):
    response = page(client, officer, region(code))
    assert response.status_code == 403
    assert "di luar wilayah tugas Anda" in text_of(response)
    assert "Anda bertugas di Kabupaten Kapuas" in text_of(response)
    assert "area" not in response.context


@pytest.mark.parametrize("code", ["99", "62.99", "62.03.08.9999", "kapuas"])
def test_an_unknown_region_is_not_found(client, coordinator, world, code):
    assert page(client, coordinator, region(code)).status_code == 404


def test_a_region_needs_a_sign_in(client, world):
    response = client.get(region(KAPUAS))
    assert response.status_code == 302 and reverse("admin:login") in response["Location"]


def test_district_home_counts_only_the_district(client, officer, world):
    response = page(client, officer)
    area = response.context["area"]
    assert area.total.cases == Case.objects.filter(regency_code=KAPUAS).count() == 9
    # Both have three families left; Mantangai has nothing verified yet.
    lines = [line.place.region.name for line in response.context["progress"]]
    assert lines == ["Mantangai", "Basarang"]
    says = text_of(response)
    assert "Beranda Kabupaten Kapuas" in says
    assert "Pulang Pisau" not in says.split("Kapuas dan provinsi")[0]  # there as the best


def test_the_progress_of_a_district_is_as_long_as_its_lists(client, officer, world):
    context = page(client, officer).context
    total = context["area"].total
    for key, number in (("verified", total.approved), ("sent", total.sent), ("to_do", total.to_do)):
        assert count_behind(client, context["links"][key]) == number > 0, key
    for line in context["progress"]:
        assert count_behind(client, line.to_do_url) == line.place.counts.to_do


def test_tasks_name_count_and_way(client, officer, coordinator, world):
    UploadFactory(
        status="PERLU_PERBAIKAN",
        sent_by=officer,
        reference=str(world.pk),
        rows_problem=101,
        rows_review=318,
        rows_changed=709,
        rows_same=3000,
    )
    back = UploadFactory(
        status="DIKEMBALIKAN",
        sent_by=officer,
        submitted_by=officer,
        submitted_at=timezone.now(),
        reviewed_by=coordinator,
        reviewed_at=timezone.now(),
        rows_changed=55,
    )
    for note in ("Alasan lama.", "Lampiran belum lengkap."):
        UploadEvent.objects.create(
            upload=back, region_id=KAPUAS, by=coordinator, status="DIKEMBALIKAN", note=note
        )
    UploadFactory(status="SIAP", sent_by=officer, rows_new=312)
    UploadFactory(status="DITERIMA", sent_by=officer)
    UploadFactory(status="SIAP", region_id=PULANG_PISAU)
    response = page(client, officer)
    tasks = [(task.button, task.count) for task in response.context["tasks"]]
    assert sorted(tasks) == [
        ("Ajukan 312 baris", 312),
        ("Lanjutkan perbaikan", 419),
        ("Lihat 2 orang", 2),
        ("Lihat alasannya", 55),
        ("Unduh lembar", 6),
    ]
    due_with_the_round = {"Lanjutkan perbaikan", "Unduh lembar"}
    assert {button for button, _ in tasks[:2]} == due_with_the_round
    says = text_of(response)
    assert "101 baris bermasalah, 318 baris perlu diperiksa. 3.709 baris lain" in says
    assert "Lampiran belum lengkap." in says and "Alasan lama." not in says


def test_overdue_work_comes_first_and_says_so(client, officer, world):
    world.due_on = timezone.localdate() - timezone.timedelta(days=3)
    world.save()
    response = page(client, officer)
    assert response.context["tasks"][0].due.state == "bad"
    assert "Lewat 3 hari" in text_of(response)


def test_supervisor_sees_the_work_without_the_buttons(client, supervisor, officer, world):
    UploadFactory(status="PERLU_PERBAIKAN", sent_by=officer, rows_problem=3)
    says = text_of(page(client, supervisor))
    assert "Perbaiki unggahan" in says
    assert "Unggah berkas" not in says and "Lanjutkan perbaikan" not in says


def test_tksk_sees_the_own_kecamatan_and_its_visits(client, world):
    tksk = UserFactory(role=Role.TKSK, regions=["62.03.09"])
    response = page(client, tksk)
    assert response.context["area"].total.cases == 3
    tasks = [(task.title, task.count) for task in response.context["tasks"]]
    assert tasks == [("Kunjungi KPM yang belum diverifikasi", 3)]
    says = text_of(response)
    assert "Beranda Kecamatan Mantangai" in says
    assert "Unggahan terakhir" not in says
    assert page(client, tksk, region("62.03.08")).status_code == 403
    assert page(client, tksk, region(KAPUAS)).status_code == 403


def test_nothing_to_do_says_so(client, officer):
    HouseholdFactory(village_id=NEIGHBOUR_VILLAGE)
    figures.refresh()
    says = text_of(page(client, officer))
    assert "Tidak ada yang harus dikerjakan" in says
    assert "Tidak ada putaran verifikasi yang berjalan" in says


def test_without_a_round_the_province_home_offers_no_verified_share(client, coordinator):
    figures.refresh()
    response = page(client, coordinator)
    assert [choice.label for choice in response.context["card"].choices] == [
        "Padan Dukcapil",
        "Kualitas data",
        "KPM aktif",
    ]
    assert "Tidak ada putaran verifikasi yang berjalan." in text_of(response)


def test_before_the_first_count_the_page_says_that_nothing_is_counted(client, coordinator, officer):
    assert "Angka belum dihitung." in text_of(page(client, coordinator))
    assert page(client, officer).status_code == 200


def test_without_a_region_the_page_says_whom_to_ask(client, world):
    says = text_of(page(client, UserFactory(role=Role.PETUGAS)))
    assert "Anda belum mempunyai wilayah tugas" in says and "administrator" in says


def test_figures_without_a_list_for_this_role_have_no_link(client, world):
    administrator = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    links = page(client, administrator, region("62")).context["links"]
    assert set(links.values()) == {None}


def test_findings_are_the_late_the_waiting_and_the_untouched(client, coordinator, officer, world):
    now = timezone.now()
    old = {"submitted_by": officer, "submitted_at": now - timezone.timedelta(days=5)}
    UploadFactory(status="DIAJUKAN", sent_by=officer, **old)
    UploadFactory(
        status="DIKEMBALIKAN",
        sent_by=officer,
        reviewed_by=coordinator,
        reviewed_at=now - timezone.timedelta(days=4),
        **old,
    )
    submitted(officer)  # today: nothing to say
    found = page(client, coordinator).context["findings"]
    assert [(finding.kind, finding.urgent, finding.region.code) for finding in found] == [
        ("verification", True, KAPUAS),
        ("waiting", True, KAPUAS),
        ("returned", False, KAPUAS),
    ]
    assert found[0].count == Case.objects.to_do().filter(regency_code=KAPUAS).count()


def test_only_the_first_findings_are_shown_until_all_are_asked_for(client, coordinator, officer):
    for _ in range(4):
        for status in ("DIAJUKAN", "DIKEMBALIKAN"):
            UploadFactory(
                status=status,
                sent_by=officer,
                submitted_by=officer,
                submitted_at=timezone.now() - timezone.timedelta(days=9),
                reviewed_by=coordinator if status == "DIKEMBALIKAN" else None,
                reviewed_at=timezone.now() - timezone.timedelta(days=8)
                if status == "DIKEMBALIKAN"
                else None,
            )
    assert len(page(client, coordinator).context["findings"]) == 6
    assert len(page(client, coordinator, f"{HOME}?temuan=semua").context["findings"]) == 8


def test_an_officer_of_two_districts_chooses(client, world):
    user = UserFactory(role=Role.PETUGAS, regions=[KAPUAS, PULANG_PISAU])
    assert page(client, user).context["area"].region.code == KAPUAS
    chosen = page(client, user, f"{HOME}?wilayah={PULANG_PISAU}")
    assert chosen.context["area"].region.code == PULANG_PISAU
    assert page(client, user, f"{HOME}?wilayah=62.01").context["area"].region.code == KAPUAS


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ((Role.KOORDINATOR, ["62"]), HOME),
        ((Role.AUDITOR, ["62"]), HOME),
        ((Role.PETUGAS, [KAPUAS]), HOME),
        ((Role.SUPERVISOR, [KAPUAS]), HOME),
        ((Role.TKSK, ["62.03.08"]), HOME),
        ((Role.DUKCAPIL, [KAPUAS]), HOME),
        ((Role.ADMINISTRATOR, ["62"]), HOME),
        ((Role.KOORDINATOR, ["62"]), region(KAPUAS)),
        ((Role.PETUGAS, [KAPUAS]), region("62.03.08")),
    ],
)
def test_at_most_fifteen_queries_whatever_there_is(client, world, officer, who, address):
    for status in ("PERLU_PERBAIKAN", "SIAP", "DITERIMA", "GAGAL"):
        failure = "Berkas rusak." if status == "GAGAL" else ""
        UploadFactory.create_batch(3, status=status, sent_by=officer, failure=failure)
    role, regions = who
    user = UserFactory(role=role, regions=regions)
    client.force_login(user)
    client.get(address)  # a worker reads regions and banks once and keeps them
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 15, "\n".join(q["sql"][:110] for q in queries)


def test_no_inline_style_and_no_inline_script(client, coordinator, officer, world):
    for user, address in ((coordinator, HOME), (officer, HOME), (coordinator, region(KAPUAS))):
        body = page(client, user, address).content.decode()
        main = body[body.index("<main") : body.index("</main>")]
        assert not re.search(r'\sstyle="|<script(?![^>]*\ssrc=)|\son\w+="', main)
