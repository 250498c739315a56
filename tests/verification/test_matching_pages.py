"""Requests to the civil registry as officers meet them."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AccessLog
from accounts.roles import Role
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    AgreementFactory,
    HouseholdFactory,
    MatchBatchFactory,
    PersonFactory,
    UserFactory,
)
from verification.actions import matching
from verification.models import MatchBatch

pytestmark = pytest.mark.django_db
ADD = reverse("admin:verification_matchbatch_add")


def sign_in(client, role=Role.PETUGAS, region=KAPUAS):
    user = UserFactory(role=role, regions=[region])
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return user


def form(**changes):
    return {
        "region": KAPUAS,
        "choice": "BELUM_PADAN",
        "form": "JAWABAN",
        "purpose": "Pemadanan triwulan IV",
        **changes,
    }


@pytest.fixture
def batch():
    AgreementFactory()
    HouseholdFactory(members=2, kk_number="6203081501159001")
    by = UserFactory(regions=[KAPUAS])
    region = MatchBatchFactory._meta.model._meta.get_field("region").related_model
    return matching.request_match(
        region=region.objects.get(pk=KAPUAS), choice="SEMUA", purpose="Pemadanan uji", by=by
    )


def test_a_request_is_made_with_the_form(client):
    sign_in(client)
    AgreementFactory()
    PersonFactory()
    response = client.post(ADD, form(), follow=True)
    batch = MatchBatch.objects.get()
    assert batch.people == 1
    assert f"Permintaan {batch.pk}, Kabupaten Kapuas" in response.content.decode()
    assert "Menunggu jawaban Dukcapil." in response.content.decode()


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({}, "Belum ada PKS dengan Dukcapil"),
        ({"purpose": ""}, "Keperluan belum diisi"),
        ({"region": PULANG_PISAU}, "di luar wilayah tugas Anda"),
    ],
)
def test_a_refused_request_says_why(client, changes, sentence):
    sign_in(client)
    PersonFactory()
    assert sentence in client.post(ADD, form(**changes)).content.decode()
    assert not MatchBatch.objects.exists()


@pytest.mark.parametrize("role", [Role.DUKCAPIL, Role.SUPERVISOR, Role.AUDITOR, Role.TKSK])
def test_who_may_not_ask_is_refused(client, role):
    sign_in(client, role)
    assert client.get(ADD).status_code == 403


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_request_sheet_names_everybody_and_is_logged(client, batch, ending):
    user = sign_in(client, Role.DUKCAPIL)
    response = client.get(reverse("verification:request", args=[batch.pk, ending]))
    if ending == "xlsx":
        rows = list(load_workbook(io.BytesIO(response.content)).active.values)
    else:
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    first = dict(zip(rows[0], rows[1], strict=True))
    person = batch.results.order_by("person_id").first().person
    assert len(rows) == 3
    assert (first["NIK"], first["NO_KK"]) == (person.nik, "6203081501159001")
    assert first["TGL_LHR"] == "12-05-1983"
    log = AccessLog.objects.get()
    assert (log.user, log.row_count, log.purpose) == (user, 2, "Pemadanan uji")


def test_without_a_valid_agreement_the_sheet_is_not_given(client, batch):
    sign_in(client)
    type(batch.agreement).objects.update(valid_until=date(2021, 6, 30))
    response = client.get(reverse("verification:request", args=[batch.pk, "xlsx"]), follow=True)
    assert "berakhir 30-06-2021" in response.content.decode()
    assert not AccessLog.objects.exists()


def test_another_region_finds_nothing(client, batch):
    sign_in(client, Role.DUKCAPIL, PULANG_PISAU)
    assert client.get(reverse("verification:request", args=[batch.pk, "csv"])).status_code == 404
    page = reverse("admin:verification_matchbatch_change", args=[batch.pk])
    assert client.get(page).status_code == 404


def test_a_cancelled_request_is_no_longer_given_out(client, batch):
    sign_in(client)
    url = reverse("admin:verification_matchbatch_cancel", args=[batch.pk])
    assert "Batalkan permintaan ini?" in client.get(url).content.decode()
    assert "Orangnya dapat diminta lagi." in client.post(url, follow=True).content.decode()
    response = client.get(reverse("verification:request", args=[batch.pk, "csv"]), follow=True)
    assert "tidak lagi menunggu jawaban" in response.content.decode()


def test_an_officer_sees_the_agreement_of_the_province(client):
    """Under the restricted role too: the officer of a regency works under the province's PKS."""
    sign_in(client)
    AgreementFactory(region_id="62", number="470/9112/DUKCAPIL/2021")
    PersonFactory()
    page = client.post(ADD, form(), follow=True).content.decode()
    assert "PKS 470/9112/DUKCAPIL/2021, berlaku sampai" in page
