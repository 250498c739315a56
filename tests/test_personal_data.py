"""Every field of every model is declared as personal data or not (DESIGN section 9)."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.conf import settings

from beneficiaries import exports
from beneficiaries.figures import IDENTITY_FIELDS


def own_apps():
    own = {path.name for path in settings.BASE_DIR.iterdir() if (path / "apps.py").exists()}
    return [config for config in apps.get_app_configs() if config.name in own]


def declarations():
    found = {}
    for config in own_apps():
        if find_spec(f"{config.name}.personal_data"):
            found |= import_module(f"{config.name}.personal_data").PERSONAL_DATA
    return found


def own_models():
    return [model for config in own_apps() for model in config.get_models()]


def field_names(model) -> set[str]:
    names = {
        field.name for field in model._meta.get_fields() if not field.auto_created or field.concrete
    }
    return {name for name in names if not name.startswith("pgh_")}


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_every_field_is_declared(model):
    followed = getattr(model, "pgh_tracked_model", None)
    declared = declarations().get((followed or model)._meta.label, {})
    assert field_names(model) - set(declared) == set(), "declare these in personal_data.py"
    if followed is None:
        assert set(declared) - field_names(model) == set(), "declared, but no field of the model"


def test_nothing_is_declared_that_does_not_exist():
    assert set(declarations()) <= {model._meta.label for model in own_models()}


def test_history_masks_every_identity_number():
    numbers = {"nik", "kk_number", "card_number", "account_number"}
    assert numbers == IDENTITY_FIELDS


@pytest.mark.parametrize("export", [exports.HOUSEHOLDS, exports.PERSONS], ids=lambda e: e.name)
def test_exports_mask_identity_numbers(export):
    masked = {column.heading for column in export.columns if column.is_identity}
    numbers = {c.heading for c in export.columns if "NIK" in c.heading or "KK" in c.heading}
    assert masked == numbers
