"""Lighthouse on the start page of the province and on the review page of a sheet, signed in.

    PORT=8009 bin/run                                          # in another terminal: a fresh demo
    npm install --prefix /tmp/lighthouse lighthouse@12.8.2     # Node 18 or newer, for this only
    .venv/bin/python benchmarks/lighthouse.py http://127.0.0.1:8009/ \\
        /tmp/lighthouse/node_modules/.bin/lighthouse

Prints one line of JSON: scores from 0 to 100 as Lighthouse gives them, its slow phone emulated
(`phone`) and an office line (`desk`). Ends with status 1 when a score is below 95.
"""

import json
import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

WANTED = 95
CATEGORIES = ("performance", "accessibility")
FORMS = {"phone": [], "desk": ["--preset=desktop"]}
REVIEW = "uploads/upload/?status=DIAJUKAN"
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def signed_in(base: str, chromium: str) -> tuple[str, dict[str, str]]:
    """The cookies of a session, and the addresses of the pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(base_url=base, locale="id-ID")
        page = context.new_page()
        page.goto("login/")
        page.fill("[name=username]", "koordinator")
        page.fill("[name=password]", os.environ.get("PASSWORD", "beras-telur-tempe"))
        page.press("[name=password]", "Enter")
        page.get_by_role("main").wait_for()
        page.goto(REVIEW)
        review = page.locator("main table tbody a").first.get_attribute("href")
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in context.cookies())
        browser.close()
    return cookies, {"dashboard": base, "review": base.rstrip("/") + review}


def score(command: str, address: str, cookies: str, chromium: str, options: list[str]) -> dict:
    made = subprocess.run(
        [
            command, address, "--output=json", "--output-path=stdout", "--quiet",
            f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}",
            "--extra-headers", json.dumps({"Cookie": cookies}), "--disable-storage-reset",
            *options,
        ],
        env=os.environ | {"CHROME_PATH": chromium},
        stdout=subprocess.PIPE,
        check=True,
    )  # fmt: skip
    report = json.loads(made.stdout)
    for category in CATEGORIES:
        for part in report["categories"][category]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                shown = audit.get("displayValue", "")
                print(f"{address} {audit['id']} {audit['score']} {shown}", file=sys.stderr)
    return {name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES}


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    base, command = sys.argv[1].rstrip("/") + "/", sys.argv[2]
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    cookies, pages = signed_in(base, chromium)
    scores = {
        f"{page}_{form}": score(command, address, cookies, chromium, options)
        for page, address in pages.items()
        for form, options in FORMS.items()
    }
    print(json.dumps(scores))
    sys.exit(any(value < WANTED for one in scores.values() for value in one.values()))


if __name__ == "__main__":
    main()
