"""The settings: safe without a word in the environment, and honest where something is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command

from accounts.scope import RestrictedRoleMissing
from sembako_portal import embedded_postgres
from sembako_portal.management.commands import prepare

ROOT = Path(__file__).resolve().parents[2]
SECRET = "3fQ9Zr_x7LkVbT2mWcYpN8sDgHjE5uAo1iRqXyKz6MtBvCwPnFd"


def settings_with(directory, *, code, **environment):
    """Run Python code in a new process that reads the settings; PORTAL_VAR is `directory`."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PORTAL_VAR": str(directory),
            "DJANGO_SETTINGS_MODULE": "sembako_portal.settings",
            "DATABASE_URL": "postgres://x@127.0.0.1:1/x",
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("environment", [{}, {"SECRET_KEY": ""}])
def test_no_start_without_a_secret(tmp_path, environment):
    result = settings_with(tmp_path, code="from sembako_portal import settings", **environment)
    assert result.returncode == 1
    assert "SECRET_KEY belum diisi" in result.stderr.splitlines()[-1]
    assert str(tmp_path / "env") in result.stderr.splitlines()[-1]


SHOW = """
import json
from sembako_portal import settings as s
print(json.dumps([
    s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
    s.SECURE_HSTS_SECONDS, s.DATABASES["default"]["HOST"], s.DATABASES["default"]["PORT"],
]))
"""


@pytest.mark.parametrize(
    "environment, secure, hsts",
    [({}, True, 60 * 60 * 24 * 365), ({"INSECURE_HTTP": "True"}, False, 0)],
)
def test_https_unless_the_operator_does_without(tmp_path, environment, secure, hsts):
    result = settings_with(tmp_path, code=SHOW, SECRET_KEY=SECRET, **environment)
    assert json.loads(result.stdout) == [False, secure, secure, secure, hsts, "127.0.0.1", 1]


def test_a_request_without_https_is_sent_on(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/login/", headers={"host": "portal.example.go.id"})
    assert (answer.status_code, answer["Location"]) == (301, "https://portal.example.go.id/login/")


def test_database_url_names_the_server_and_none_is_started(tmp_path):
    """Another server reached by nothing but its address: nothing appears below var/."""
    url = os.environ["DATABASE_URL"]
    code = (
        "import django; django.setup(); from django.db import connection as c;"
        "c.ensure_connection(); print(c.settings_dict['PORT'], c.pg_version >= 150000)"
    )
    result = settings_with(tmp_path, code=code, SECRET_KEY=SECRET, DATABASE_URL=url)
    assert result.stdout.split() == [url.rpartition(":")[2].split("/")[0], "True"], result.stderr
    assert not (tmp_path / "postgres").exists()


def test_without_database_url_the_embedded_server_is_used(tmp_path):
    code = (
        "from sembako_portal import embedded_postgres as e;"
        "e.start = lambda directory: f'postgres://x@127.0.0.1:7/{directory.name}';"
        "from sembako_portal import settings as s; print(s.DATABASES['default']['NAME'])"
    )
    result = settings_with(tmp_path, code=code, SECRET_KEY=SECRET, DATABASE_URL="")
    assert result.stdout.strip() == "postgres", result.stderr
    assert embedded_postgres.is_running(tmp_path / "postgres") is False


def test_unreachable_server_is_told_in_a_sentence(tmp_path):
    code = "from django.core.management import execute_from_command_line as e; e(['', 'prepare'])"
    result = settings_with(tmp_path, code=code, SECRET_KEY=SECRET)
    assert result.returncode == 1
    assert "Basis data tidak dapat dihubungi. Periksa DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_request_far_larger_than_a_sheet_is_refused(client, settings):
    settings.UPLOAD_MAX_BYTES = 2**20
    answer = client.post("/login/", {"username": "x" * (5 * 2**20)})
    assert answer.status_code == 413
    assert "paling besar 1 MB" in answer.content.decode()


@pytest.fixture
def without_migrations(monkeypatch, settings):
    """`prepare` on the database of the tests, which is migrated; no demo province."""
    calls = []

    def call(name, **options):
        calls.append(name)
        if name == "collectstatic":
            call_command(name, **options)

    settings.SESSION_COOKIE_SECURE = True
    monkeypatch.setattr(prepare, "call_command", call)
    return calls


@pytest.mark.django_db
def test_static_files_are_prepared_again_only_when_one_has_changed(
    without_migrations, settings, tmp_path
):
    source = tmp_path / "sumber"
    source.mkdir()
    (source / "gaya.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    finders.get_finder.cache_clear()
    try:
        call_command("prepare")
        call_command("prepare")
        assert without_migrations == ["migrate", "collectstatic", "migrate"]
        (source / "gaya.css").write_text("a { color: red }")
        call_command("prepare")
        assert without_migrations[-1] == "collectstatic"
        assert (settings.STATIC_ROOT / "gaya.css").read_text() == "a { color: red }"
    finally:
        finders.get_finder.cache_clear()


@pytest.mark.django_db
def test_missing_role_is_told_with_the_sql(monkeypatch):
    def refuse(name, **options):
        raise RestrictedRoleMissing('... lalu ulangi:\nCREATE ROLE "x" NOLOGIN;')

    monkeypatch.setattr(prepare, "call_command", refuse)
    with pytest.raises(CommandError, match='CREATE ROLE "x"'):
        call_command("prepare")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/wilayah/%00/", "/cari/?q=%00", "/publik/%00"])
def test_an_address_with_a_nul_is_refused(client, address):
    assert client.get(address).status_code == 400
