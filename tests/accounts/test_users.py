import pytest
from django.urls import reverse

from accounts.models import RegionAssignment, User
from accounts.roles import Role
from tests.factories import KAPUAS, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "sungai-kahayan-47"


@pytest.fixture
def administrator(client):
    user = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    client.force_login(user, "accounts.backends.RoleBackend")
    return user


def inline(*regions):
    rows = {f"assignments-{index}-region": code for index, code in enumerate(regions)}
    return {
        "assignments-TOTAL_FORMS": str(len(regions)),
        "assignments-INITIAL_FORMS": "0",
        **rows,
    }


def test_administrator_creates_an_officer(administrator, client):
    response = client.post(
        reverse("admin:accounts_user_add"),
        {
            "username": "hendra",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "usable_password": "true",
            "full_name": "Hendra Saputra",
            "email": "hendra@contoh.test",
            "role": Role.PETUGAS,
            **inline(KAPUAS),
        },
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(username="hendra")
    assert user.check_password(PASSWORD)
    assert user.scope.codes == (KAPUAS,)
    assert not user.is_superuser
    assert not user.is_staff


def test_form_cannot_grant_more_than_a_role(administrator, client):
    officer = UserFactory(regions=[KAPUAS])
    client.post(
        reverse("admin:accounts_user_change", args=[officer.pk]),
        {
            "username": officer.username,
            "full_name": "Nama Baru",
            "email": officer.email,
            "role": Role.SUPERVISOR,
            "is_active": "on",
            "is_superuser": "on",
            "is_staff": "on",
            **inline(),
            "assignments-TOTAL_FORMS": "0",
        },
    )
    officer.refresh_from_db()
    assert (officer.role, officer.full_name) == (Role.SUPERVISOR, "Nama Baru")
    assert not officer.is_superuser
    assert not officer.is_staff


def test_nobody_changes_the_own_role(administrator, client):
    page = client.get(reverse("admin:accounts_user_change", args=[administrator.pk]))
    assert not {"role", "is_active"} & set(page.context["adminform"].form.fields)


def test_superuser_is_out_of_reach(administrator, client):
    root = UserFactory(is_superuser=True)
    for name in ("admin:accounts_user_change", "admin:auth_user_password_change"):
        response = client.post(reverse(name, args=[root.pk]), {"password1": PASSWORD})
        assert response.status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_other_roles_change_no_user(client, role):
    user = UserFactory(role=role, regions=["62"])
    client.force_login(user, "accounts.backends.RoleBackend")
    for url in (
        reverse("admin:accounts_user_add"),
        reverse("admin:accounts_user_change", args=[user.pk]),
    ):
        assert client.post(url, {"role": Role.ADMINISTRATOR}).status_code == 403


def test_administrator_of_a_district_changes_no_user(client):
    local = UserFactory(role=Role.ADMINISTRATOR, regions=[KAPUAS])
    client.force_login(local, "accounts.backends.RoleBackend")
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    stranger = UserFactory(regions=["62.11"])
    url = reverse("admin:accounts_user_change", args=[stranger.pk])
    assert client.get(url).status_code == 404
    assert RegionAssignment.objects.count() == 2


def test_rates_come_in_as_a_sheet_with_preview(administrator, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sheet = (
        "program,nilai_per_bulan,berlaku_sejak,berlaku_sampai,dasar_hukum\n"
        "BPNT,110000,2018-01-01,2018-12-31,Uji\n"
    )
    page = client.post(
        reverse("admin:distribution_benefitrate_import"),
        {"format": "0", "import_file": SimpleUploadedFile("nilai.csv", sheet.encode())},
    )
    assert page.status_code == 200
    assert not page.context["result"].has_errors(), page.context["result"].row_errors()
    assert not page.context["result"].has_validation_errors()
    assert "110000" in page.content.decode()
