"""Fixtures of all tests, and the conditions under which they run.

Real Postgres, a database per worker copied from one template, no superusers (but in the smoke
test), no sleeps.
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, connections

from accounts import scope
from tests import template


def pytest_collection_modifyitems(items):
    for item in items:
        if "transactional_db" in item.fixturenames and item.get_closest_marker("django_db"):
            raise pytest.UsageError(f"{item.nodeid} commits in a module marked django_db")
    if os.environ.get("CHROMIUM"):
        return
    skip = pytest.mark.skip(reason="Chromium tidak ditemukan; isi CHROMIUM dengan letaknya")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Asked by pytest-django before it creates the worker's database."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template.ensure()


@pytest.fixture(autouse=True)
def plain_http(settings, tmp_path):
    """The test client speaks HTTP; files of a test go with the test."""
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["*"]
    settings.MEDIA_ROOT = tmp_path / "berkas"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def no_scope_left_over():
    """A test that leaves a scope in force would lend it to the next one."""
    yield
    left = scope.current()
    if left is not None:
        scope.enter(None)
    assert left is None, "the test left a scope in force"


@pytest.fixture
def as_restricted(db):
    """SQL as the restricted role: `with as_restricted("62.03") as cursor`."""

    def open_cursor(*codes: str):
        scope.enter(scope.Scope(codes))
        return connection.cursor()

    yield open_cursor
    scope.enter(None)


@pytest.fixture(scope="session")
def emptied_tables(django_db_setup, django_db_blocker) -> str:
    """The tables that no migration fills, as a list for SQL."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        return ", ".join(
            table
            for table in connection.introspection.table_names(cursor)
            if not _has_rows(cursor, table)
        )


def _has_rows(cursor, table: str) -> bool:
    cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
    return cursor.fetchone()[0]


@pytest.fixture
def transactional_db(emptied_tables, django_db_blocker):
    """Commit for real, for other processes to see; take away afterwards what is not reference data.

    In place of the one of pytest-django, which would empty the tables of reference data as well.
    The name matters: by it pytest-django knows that the test needs a database of its own. A module
    marked `django_db` would get both, so tests that commit live in modules without that mark.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {emptied_tables}")
        connections.close_all()


@pytest.fixture
def start_worker(transactional_db, tmp_path):
    """Start the worker on the test's database and files; what still runs is killed at the end."""
    started = []
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)

    def start() -> subprocess.Popen:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker", "--interval", "0.05"],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": url, "PORTAL_VAR": str(tmp_path), "SECRET_KEY": "x" * 50},
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
