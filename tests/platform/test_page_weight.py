"""What a page asks of a slow line, without its own HTML and data."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MOST_BYTES = 60_000
STYLES = sorted((settings.BASE_DIR / "static" / "portal").glob("*.css"))


@pytest.mark.parametrize(
    "page", ["/", "/beneficiaries/household/", "/uploads/upload/add/", "/laporan/", "/login/"]
)
def test_styles_and_scripts_of_a_page_stay_small(client, page):
    if page != "/login/":
        client.force_login(UserFactory(role=Role.PETUGAS, regions=["62.03"]))
    html = client.get(page).content.decode()

    names = set(re.findall(r'(?:src|href)="/static/([^"?#]+)', html))

    assert {"portal/tokens.css", "portal/portal.js"} & names
    files = [Path(finders.find(name)).read_bytes() for name in names]
    assert sum(len(gzip.compress(content)) for content in files) < MOST_BYTES


@pytest.mark.parametrize("sheet", STYLES, ids=lambda sheet: sheet.name)
def test_layout_of_a_phone_is_none_of_paper(sheet):
    """A page of A4 is narrower than 720 px: its tables would be printed as cards."""
    assert "@media (max-width" not in sheet.read_text()
