"""Speed of pages over a register of a million persons. benchmarks/README.md says how to run it."""

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

import bench

PORT = 8106
REGENCY = "62.03"
OTHER_REGENCY = "62.71"
SEARCHES = 40
SEARCH = "/cari/"
LISTS = {"households": "/beneficiaries/household/", "persons": "/beneficiaries/person/"}


class Browser:
    """One signed-in user on one connection that is kept open, as a browser keeps it."""

    def __init__(self, username: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.cookies: dict[str, str] = {}
        self.queries: dict[str, int] = {}
        page = self._request("GET", "/login/").decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"csrfmiddlewaretoken": token, "username": username, "password": bench.PASSWORD}
        self._request("POST", "/login/", urlencode(form))
        if "sesi" not in self.cookies:
            raise SystemExit(f"{username} could not sign in.")

    def _request(self, method: str, path: str, body: str | None = None) -> bytes:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for cookie in response.headers.get_all("Set-Cookie", []):
            for morsel in SimpleCookie(cookie).values():
                self.cookies[morsel.key] = morsel.value
        self.status, self.headers = response.status, response.headers
        return content

    def open(self, path: str) -> float:
        """Milliseconds until the whole page is there."""
        started = time.perf_counter()
        self._request("GET", path)
        taken = (time.perf_counter() - started) * 1000
        # A number that one family has leads straight to its page.
        if self.status not in (200, 302):
            raise SystemExit(f"{path} answered {self.status}.")
        page = path.partition("?")[0]
        self.queries[page] = max(self.queries.get(page, 0), int(self.headers[bench.QUERIES_HEADER]))
        return taken

    def times(self, paths: list[str]) -> list[float]:
        """The first two are for warming up: connections, templates, plans of the session, and the
        regions and banks that a worker reads once and keeps."""
        for path in paths[:2]:
            self._request("GET", path)
        return [self.open(path) for path in paths]


@contextmanager
def portal() -> Iterator[None]:
    """Web server in production settings that counts its queries, one worker as threads allow."""
    command = [
        sys.executable, "-m", "gunicorn", "sembako_portal.wsgi", "--bind", f"127.0.0.1:{PORT}",
        "--workers", "1", "--threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    settings = {"DJANGO_SETTINGS_MODULE": "counting"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=bench.BASE, env=os.environ, check=True, stdout=sys.stderr,
    )  # fmt: skip
    server = subprocess.Popen(command, cwd=bench.BASE, env=os.environ | settings)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=30).request("GET", "/")
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("The web server did not start.") from None
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def search_terms(regency: str) -> tuple[list[str], list[str]]:
    """NIK and names of persons of the regency, always the same ones.

    Names as they are typed: both words, words in the other order, and beginnings.
    """
    from beneficiaries.models import Person

    ids = list(
        Person.objects.filter(regency_code=regency).order_by("pk").values_list("pk", flat=True)
    )
    chosen = random.Random(regency).sample(ids, SEARCHES)
    persons = list(Person.objects.filter(pk__in=chosen).order_by("pk"))
    names = []
    for n, person in enumerate(persons):
        first, *_, last = person.name.split()
        names.append((f"{first} {last}", f"{last} {first}", f"{first} {last[:3]}", first)[n % 4])
    return [person.nik for person in persons], names


def measure() -> dict:
    from accounts.roles import Role
    from dashboards import figures

    bench.user("provinsi", Role.KOORDINATOR, "62")
    bench.user("kabupaten", Role.PETUGAS, REGENCY)
    refresh_s = bench.seconds(figures.refresh)
    bench.say(f"figures of the dashboards counted in {refresh_s:.1f} s")
    niks, names = search_terms(REGENCY)
    foreign_niks, foreign_names = search_terms(OTHER_REGENCY)
    with portal():
        lists, start, nik, name, queries = {}, {}, {}, {}, Counter()
        for who, username in (("province", "provinsi"), ("district", "kabupaten")):
            browser = Browser(username)
            start[who] = bench.p95(browser.times(["/"] * SEARCHES))
            for what, path in LISTS.items():
                lists[f"{what}_{who}"] = bench.p95(browser.times([path] * SEARCHES))
            bench.say(f"{who}: start {start[who]:.0f} ms, lists {lists}")
            for door in (SEARCH, *LISTS.values()):
                for kind, terms, found in (
                    ("own", (niks, names), (nik, name)),
                    ("other", (foreign_niks, foreign_names), (nik, name)),
                ):
                    for words, times in zip(terms, found, strict=True):
                        paths = [f"{door}?q={quote(word)}" for word in words]
                        times[f"{door} {who} {kind}"] = bench.p95(browser.times(paths))
            queries |= Counter(browser.queries)
        bench.say(f"NIK {nik}")
        bench.say(f"name {name}")
    bench.say(f"queries {queries}")

    def worst(times: dict[str, float], who: str = "", door: str = "") -> float:
        return round(max(times[key] for key in times if who in key and door in key), 1)

    return {
        "list_p95_ms": worst(lists),
        "start_province_p95_ms": round(start["province"], 1),
        "start_district_p95_ms": round(start["district"], 1),
        "nik_p95_ms": worst(nik, "province", SEARCH),
        "nik_scoped_p95_ms": worst(nik, "district", SEARCH),
        "nik_list_p95_ms": worst({key: nik[key] for key in nik if SEARCH not in key}),
        "name_p95_ms": worst(name, "province"),
        "name_scoped_p95_ms": worst(name, "district"),
        "max_queries": max(queries.values()),
        "refresh_s": round(refresh_s, 1),
        "lists_ms": {key: round(value, 1) for key, value in lists.items()},
        "nik_ms": {key: round(value, 1) for key, value in nik.items()},
        "name_ms": {key: round(value, 1) for key, value in name.items()},
        "queries": queries,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    chosen = parser.parse_args()
    with bench.register(chosen.persons, copy="pages"):
        bench.report({"persons": chosen.persons, **measure()})


if __name__ == "__main__":
    main()
