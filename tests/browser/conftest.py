"""The portal as its users meet it: pages in Chromium; web and worker in processes of their own.

They run with the settings of production, but for HTTPS, on committed data. `open_window` watches
every page for what no page may do: ask another host, break its content policy, fail in a script.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.roles import Role
from dashboards import figures
from tests.factories import KAPUAS, PASSWORD, PULANG_PISAU, UserFactory

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
PHONE = {"width": 360, "height": 800}
DESK = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Portal:
    url: str
    files: Path


@pytest.fixture(scope="package")
def portal(django_db_setup, tmp_path_factory) -> Iterator[Portal]:
    var = tmp_path_factory.mktemp("portal")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    # The names are those of production; compressing what a test reads once would only cost time.
    with override_settings(
        STATIC_ROOT=var / "static", STORAGES={**django_settings.STORAGES, "staticfiles": plain}
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    database = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
        **connection.settings_dict
    )
    environment = os.environ | {
        "DATABASE_URL": database,
        "PORTAL_VAR": str(var),
        "SECRET_KEY": django_settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "INSECURE_HTTP": "True",
        "DEBUG": "False",
    }
    web = [sys.executable, "-m", "gunicorn", "sembako_portal.wsgi", "--threads", "4"]
    worker = [sys.executable, "manage.py", "worker", "--interval", "0.05"]
    # Who connects before the web server is up waits in the queue of this socket.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        web += ["--bind", f"fd://{listening.fileno()}", "--log-level", "warning"]
        running = [
            subprocess.Popen(
                command,
                cwd=django_settings.BASE_DIR,
                env=environment,
                pass_fds=[listening.fileno()],
            )
            for command in (web, worker)
        ]
        yield Portal(f"http://127.0.0.1:{listening.getsockname()[1]}", var / "berkas")
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; nothing here is asynchronous for Django.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=FLAGS, timeout=60_000
        )
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def committed(portal, chromium, transactional_db, settings):
    """What a test writes is seen by the portal, files and passwords included."""
    settings.MEDIA_ROOT = portal.files
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.fixture
def officer(committed):
    return UserFactory(username="petugas.kapuas", full_name="Hendra Saputra", regions=[KAPUAS])


@pytest.fixture
def neighbour(committed):
    return UserFactory(username="petugas.pulpis", full_name="Teguh Santoso", regions=[PULANG_PISAU])


@pytest.fixture
def coordinator(committed):
    return UserFactory(
        username="koordinator",
        full_name="Rina Anggraini",
        role=Role.KOORDINATOR,
        regions=["62"],
    )


@dataclass
class Watch:
    """What a page did that no page may do."""

    host: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("request", self._asked)
        page.on("console", lambda message: self._said(page, message))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _asked(self, request) -> None:
        if not request.url.startswith((f"{self.host}/", "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def _said(self, page: Page, message) -> None:
        # Chromium reports a page that is itself refused (403, 404, 429); those are tested as pages.
        is_refused_page = (
            message.text.startswith("Failed to load resource")
            and message.location["url"] == page.url
        )
        if message.type in ("error", "warning") and not is_refused_page:
            self.complaints.append(f"console: {message.text} ({page.url})")


@contextmanager
def windows(portal: Portal, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens windows, as `open_it(user)` already signed in; closes them at the end."""
    contexts = []
    watch = Watch(portal.url)

    def open_it(user=None, *, viewport=DESK, **options) -> Page:
        context = chromium.new_context(
            base_url=portal.url,
            viewport=viewport,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", watch.over)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [
                    {
                        "name": django_settings.SESSION_COOKIE_NAME,
                        "value": session,
                        "url": portal.url,
                    }
                ]
            )
        return context.new_page()

    yield open_it
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def open_window(portal, chromium, committed):
    with windows(portal, chromium) as open_it:
        yield open_it


@pytest.fixture
def sign_in(open_window):
    """Through the sign-in page, as people do."""

    def through(user, **options) -> Page:
        page = open_window(**options)
        page.goto("/")
        page.get_by_label("Nama pengguna").fill(user.username)
        page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        return page

    return through


@pytest.fixture
def count_figures():
    """Count what the start pages show, after a test has written rows by itself."""
    return figures.refresh
