"""What a reader takes from a page."""

import re

from playwright.sync_api import Page


def tile(page: Page, label: str):
    """The tile with this label on a start page: a link where the figure has a list."""
    return page.locator(".tile").filter(has=page.locator(".label", has_text=label)).first


def figure(page: Page, label: str) -> str:
    return tile(page, label).locator(".value").inner_text()


def round_progress(page: Page) -> dict[str, int]:
    """The parts of the running round on the start page of a district."""
    parts = page.locator("dl.sum > div")
    return {
        part.locator("dt").inner_text(): int(part.locator("dd").inner_text().split()[0])
        for part in parts.all()
    }


def list_count(page: Page) -> int:
    """How many entries the shown list has, as its foot says; an empty list has no foot."""
    foot = page.locator("nav.pager")
    if not foot.count():
        return 0
    return int(re.search(r"dari ([\d.]+)", foot.first.inner_text())[1].replace(".", ""))
