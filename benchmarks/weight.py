"""How much a page weighs on the line: its first visit, and later ones with the files kept.

    PORT=8009 bin/run                                          # in another terminal: a fresh demo
    .venv/bin/python benchmarks/weight.py http://127.0.0.1:8009/

Prints one line of JSON: kilobytes as received, compressed, with the headers. A first visit starts
with an empty cache after signing in; a later one follows the first.
"""

import json
import os
import shutil
import sys

from playwright.sync_api import BrowserContext, Page, sync_playwright

FIRST_KB, LATER_KB = 600, 60
ROW = "main table tbody a"
# Pages by name; with `ROW` the first row of that list.
PAGES = {
    "beranda": ("", ""),
    "wilayah": ("wilayah/62.03/", ""),
    "ringkasan pemadanan": ("pemadanan/", ""),
    "keluarga": ("beneficiaries/household/", ""),
    "sebuah keluarga": ("beneficiaries/household/", ROW),
    "kasus": ("verification/case/", ""),
    "unggahan": ("uploads/upload/", ""),
    "tinjau unggahan": ("uploads/upload/?status=DIAJUKAN", ROW),
    "antrean": ("verifikasi/antrean/", ""),
    "rekonsiliasi": ("penyaluran/rekonsiliasi/", ""),
    "jangkauan agen": ("penyaluran/jangkauan/", ""),
    "kirim berkas": ("uploads/upload/add/", ""),
}


class Line:
    """Counts what comes over the line of one page."""

    def __init__(self, page: Page) -> None:
        self.page, self.bytes, self.kept = page, 0, set()
        session = page.context.new_cdp_session(page)
        session.on("Network.requestServedFromCache", lambda said: self.kept.add(said["requestId"]))
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _answered(self, said: dict) -> None:
        if said["response"].get("fromDiskCache"):
            self.kept.add(said["requestId"])

    def _finished(self, said: dict) -> None:
        if said["requestId"] not in self.kept:
            self.bytes += said["encodedDataLength"]

    def visit(self, address: str) -> float:
        self.bytes = 0
        self.kept.clear()
        answer = self.page.goto(address, wait_until="networkidle")
        if answer.status != 200:
            sys.exit(f"{address}: {answer.status}")
        return round(self.bytes / 1000, 1)


def sign_in(context: BrowserContext, user: str, password: str) -> None:
    page = context.new_page()
    page.goto("login/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.get_by_role("main").wait_for()
    page.close()


def first_of(context: BrowserContext, address: str, row: str) -> str:
    page = context.new_page()
    page.goto(address)
    found = page.locator(row).first.get_attribute("href")
    page.close()
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    base = sys.argv[1].rstrip("/") + "/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        context = browser.new_context(base_url=base, locale="id-ID")
        sign_in(context, "koordinator", os.environ.get("PASSWORD", "beras-telur-tempe"))
        signed_in = context.storage_state()
        weights = {}
        for name, (listed, row) in PAGES.items():
            address = first_of(context, listed, row) if row else listed
            fresh = browser.new_context(base_url=base, locale="id-ID", storage_state=signed_in)
            line = Line(fresh.new_page())
            weights[name] = {"first_kb": line.visit(address), "later_kb": line.visit(address)}
            print(f"{name:22} {weights[name]}", file=sys.stderr)
            fresh.close()
        browser.close()
    first = max(weight["first_kb"] for weight in weights.values())
    later = max(weight["later_kb"] for weight in weights.values())
    print(json.dumps({"first_kb": first, "later_kb": later, "pages": weights}))
    sys.exit(first > FIRST_KB or later > LATER_KB)


if __name__ == "__main__":
    main()
