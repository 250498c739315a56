"""Every page of the navigation as each role sees it, and those one step behind it, on a small demo
province.

No barrier that axe knows, no page that scrolls sideways, nothing left in English.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from django.db import connection, connections, transaction
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from sembako_portal.management.commands import demo
from tests.browser.conftest import DESK, PHONE, windows

pytestmark = pytest.mark.browser

FAMILIES = 1_000
# Reached from the frame, not from the navigation.
BESIDE = ("/", "/bantuan/", "/pemberitahuan/")
ENGLISH = re.compile(
    r"\b(the|and|of|Search|Save|Delete|Add|Change|History|Select|Filter|Yes|Home|View|Unknown"
    r"|None|True|False|Log out|Password|Show|Next|Previous|Results?|Loading)\b"
)
# What is read on a page, aloud as well.
TEXT = """[document.title, document.body.innerText, ...[...document.querySelectorAll(
    "[title], [placeholder], [aria-label], [alt]")].flatMap((one) =>
        ["title", "placeholder", "aria-label", "alt"].map((name) => one.getAttribute(name)))
    ].join("\\n")"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RUN_AXE = """() => axe.run({resultTypes: ["violations"]}).then((found) => found.violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`))"""
# The frame of the search field and the regions of a map show the focus in their own ways.
UNSEEN_FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect();
    const seen = box.width > 1 && box.bottom > 0 && box.right > 0 && box.left < innerWidth;
    const marked = getComputedStyle(one).outlineStyle !== "none" || one.closest(".search, .map");
    return seen && marked ? "" : one.outerHTML.slice(0, 120);
}"""
MOST_STOPS = 60
KINDS_OF_ELEMENTS = """[...new Set([...document.querySelectorAll("body *")].map(
    (one) => `${one.localName}.${one.getAttribute("class")}`))].sort().join()"""


@pytest.fixture(scope="module")
def transactional_db(portal, emptied_tables, django_db_blocker) -> Iterator[None]:
    """The demo in small, committed once for all tests of this module.

    In place of the fixture that empties the tables after each test; for the name see there.
    """
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=portal.files):
        with transaction.atomic():
            demo.fill(count=FAMILIES, today=timezone.localdate())
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {emptied_tables}")
        connections.close_all()


@pytest.fixture(scope="module")
def measured() -> set[tuple[str, str]]:
    """Pages that axe has seen, with the kinds of their elements: often the same for many roles."""
    return set()


@pytest.mark.parametrize("role", Role.values)
def test_pages_of(role, transactional_db, measured, portal, chromium):
    user = User.objects.filter(role=role).order_by("username").first()
    with windows(portal, chromium) as open_it:
        page = open_it(user)
        page.add_init_script(AXE)
        wrong = []
        for address in addresses(page):
            look = (address, page.evaluate(KINDS_OF_ELEMENTS))
            wrong += [f"{address}: {what}" for what in faults(page, axe=look not in measured)]
            measured.add(look)
    assert not wrong, "\n" + "\n".join(wrong)


def test_pages_behind_the_navigation(transactional_db, measured, portal, chromium):
    """The first family, meeting, report and so on that a list of the coordinator leads to."""
    user = User.objects.filter(role=Role.KOORDINATOR).order_by("username").first()
    with windows(portal, chromium) as open_it:
        page = open_it(user)
        page.add_init_script(AXE)
        wrong, met, behind = [], set(), {}
        for address in addresses(page):
            met.add(shape(address))
            for link in page.locator("main a[href^='/']").all():
                href = link.get_attribute("href")
                behind.setdefault(shape(href), href)
        for address in [href for kind, href in behind.items() if kind not in met]:
            page.set_viewport_size(DESK)
            answer = page.request.get(address)
            if "text/html" not in answer.headers["content-type"]:
                continue  # a file
            page.goto(address)
            assert answer.status == 200, f"{address}: {answer.status}"
            look = (shape(address), page.evaluate(KINDS_OF_ELEMENTS))
            wrong += [f"{address}: {what}" for what in faults(page, axe=look not in measured)]
    assert not wrong, "\n" + "\n".join(wrong)


def shape(address: str) -> str:
    """The address without its numbers and what is chosen: one page of a kind is enough."""
    return re.sub(r"[0-9][0-9.]*", "0", address.partition("?")[0].partition("#")[0])


@pytest.mark.parametrize(
    "address", ["/", "/uploads/upload/", "/pemadanan/", "/coordination/complaint/add/"]
)
def test_keys_lead_through_a_page(address, transactional_db, portal, chromium):
    user = User.objects.get(username="koordinator")
    with windows(portal, chromium) as open_it:
        page = open_it(user)
        page.goto(address)
        unseen = [stop for stop in stops(page) if stop]
        page.reload()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Langsung ke isi")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox").first).to_be_focused()
        page.locator(".user-menu summary").press("Enter")
        page.get_by_role("button", name="Gelap").focus()
        page.keyboard.press("Escape")
        expect(page.locator(".user-menu summary")).to_be_focused()
    assert unseen == []


def stops(page: Page) -> Iterator[str]:
    """What the tab key reaches, one after the other: its HTML where nobody sees it, else empty."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(UNSEEN_FOCUS)
        if stop is None:
            return
        yield stop


def addresses(page: Page) -> Iterator[str]:
    """Opens one page of the navigation after the other."""
    waiting, met = list(BESIDE), set(BESIDE)
    while waiting:
        address = waiting.pop(0)
        page.set_viewport_size(DESK)
        answer = page.goto(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        links = [link.get_attribute("href") for link in page.locator("nav.nav a[href]").all()]
        new = [link for link in dict.fromkeys(links) if link not in met]
        met.update(new)
        waiting += new
        yield address


def faults(page: Page, *, axe: bool) -> Iterator[str]:
    text = page.evaluate(TEXT)
    if english := sorted({found.group() for found in ENGLISH.finditer(text)}):
        yield f"English: {', '.join(english)}"
    for viewport in (DESK, PHONE):
        width = viewport["width"]
        page.set_viewport_size(viewport)
        if (sideways := page.evaluate(SIDEWAYS)) > 0:
            yield f"{width}: {sideways} px too wide"
        for violation in page.evaluate(RUN_AXE) if axe else ():
            yield f"{width}: {violation}"
