"""Every list and form of the portal, opened as each role: allowed or refused, never an error."""

from datetime import date

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import PERMISSIONS, Role
from tests.factories import (
    KAPUAS,
    VILLAGE,
    CardFactory,
    CaseFactory,
    EnrollmentFactory,
    HouseholdFactory,
    MeetingFactory,
    ObjectionFactory,
    PayeeChangeFactory,
    ProposalFactory,
    QuotaFactory,
    ReplacementFactory,
    UploadFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PROVINCE_ROLES = {Role.KOORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.DUKCAPIL, Role.BANK}
AT_MOST_QUERIES = 15
MODELS = sorted(
    (model for model in admin.site._registry if model.__module__.split(".")[0] != "axes"),
    key=lambda model: model._meta.label,
)


def label(model):
    return model._meta.label


@pytest.fixture(params=Role.values)
def user(request, client):
    region = {"TKSK": VILLAGE[:8]}.get(request.param, KAPUAS)
    user = UserFactory(
        role=request.param, regions=["62" if request.param in PROVINCE_ROLES else region]
    )
    client.force_login(user, "accounts.backends.RoleBackend")
    return user


def fill(households: int):
    """With more than a few rows a query per row breaks the budget."""
    for index in range(households):
        household = HouseholdFactory(village_id=VILLAGE, kpm=index % 2)
        CardFactory(household=household)
        EnrollmentFactory(household=household, programme_id="PKH")
        CaseFactory(household=household)
        UploadFactory(content=str(index).encode())
        MeetingFactory(held_on=date(2021, 9, 1 + index))
        ProposalFactory(household=HouseholdFactory())
        ObjectionFactory(household=household)
        ReplacementFactory()
        PayeeChangeFactory()
        QuotaFactory(year=2021 + index)


def url_of(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def permitted(user, model, action) -> bool:
    return user.has_perm(f"{model._meta.app_label}.{action}_{model._meta.model_name}")


def test_lists(user, client):
    """All models in one test: the rows are made once for a role."""
    fill(5)
    client.get(url_of(MODELS[0], "changelist"))
    wrong = {}
    for model in MODELS:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url_of(model, "changelist"))
        expected = 200 if permitted(user, model, "view") else 403
        if response.status_code != expected or len(queries) > AT_MOST_QUERIES:
            wrong[label(model)] = (response.status_code, expected, len(queries))
    assert wrong == {}


def test_forms(user, client):
    fill(1)
    wrong = {}
    for model in MODELS:
        may_add = permitted(user, model, "add") and getattr(
            admin.site.get_model_admin(model), "may_add", True
        )
        allowed = (200, 302) if may_add else (302, 403, 404)
        status = client.get(url_of(model, "add")).status_code
        if status not in allowed:
            wrong[f"{label(model)} add"] = status
        first = model._default_manager.order_by("pk").first()
        if first is not None:
            allowed = (200, 302, 404) if permitted(user, model, "view") else (302, 403, 404)
            status = client.get(url_of(model, "change", first.pk)).status_code
            if status not in allowed:
                wrong[f"{label(model)} change"] = status
    assert wrong == {}


def test_anonymous_is_sent_to_sign_in(client):
    for model in MODELS:
        response = client.get(url_of(model, "changelist"))
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


# What somebody typed wrongly and nothing refers to: assignments, tills, public holidays.
DELETED = {
    model
    for model in MODELS
    if f"{model._meta.app_label}.delete_{model._meta.model_name}" in PERMISSIONS[Role.ADMINISTRATOR]
}


@pytest.mark.parametrize("model", [one for one in MODELS if one not in DELETED], ids=label)
def test_nobody_deletes(model, client):
    """Registry rows are deactivated with a reason; master data are ended with a date."""
    client.force_login(
        UserFactory(role=Role.ADMINISTRATOR, regions=["62"]), "accounts.backends.RoleBackend"
    )
    first = model._default_manager.order_by("pk").first()
    if first is not None:
        response = client.post(url_of(model, "delete", first.pk), {"post": "yes"})
        assert response.status_code in (403, 404)
        assert model._default_manager.filter(pk=first.pk).exists()
