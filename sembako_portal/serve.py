"""Runs web and worker together, with the embedded database where there is no other.

Started by bin/run, which has prepared the environment and holds the lock of this installation.
Ends with status 0 when it is interrupted, and with 1 and a sentence when a part of it fails;
in both cases nothing that it started is left running.
"""

import ctypes
import http.client
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import environ

from sembako_portal import embedded_postgres

ROOT = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("PORTAL_VAR") or ROOT / "var")
DATABASE = VAR_DIR / "postgres"
SETTINGS_FILE = VAR_DIR / "env"

_POLL_S = 0.25
_READY_S = 60
_GRACE_S = 20
_PR_SET_PDEATHSIG = 1


class _Interrupted(BaseException):
    """The operator wants the portal to end. No `except Exception` may swallow it."""


class _Failed(Exception):
    """A part of the portal does not run; the text says which."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    _write_settings()
    environ.Env.read_env(SETTINGS_FILE)
    # A log file or a service manager gets every line when it is written.
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    own_database = not os.environ.get("DATABASE_URL")
    children: dict[str, subprocess.Popen] = {}
    status = 0
    try:
        if own_database:
            print("Memulai basis data ...", flush=True)
            embedded_postgres.start(DATABASE)
        if _prepare():
            raise _Failed("Portal tidak dapat disiapkan; lihat pesan di atas.")
        children["Web"] = _spawn(_web_command(os.environ["HOST"], os.environ["PORT"]))
        children["Pekerja latar"] = _spawn([sys.executable, "manage.py", "worker"])
        _wait_until_ready(children)
        _announce()
        while True:
            _check(children)
            if own_database and not embedded_postgres.is_running(DATABASE):
                raise _Failed("Basis data berhenti sendiri.")
            time.sleep(_POLL_S)
    except _Interrupted:
        print("\nMenghentikan portal ...", flush=True)
    except (_Failed, embedded_postgres.EmbeddedPostgresError) as error:
        print(f"{error} Portal dihentikan.", file=sys.stderr, flush=True)
        status = 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _stop(children.values())
        if own_database:
            try:
                embedded_postgres.stop(DATABASE)
            except embedded_postgres.EmbeddedPostgresError as error:
                print(error, file=sys.stderr, flush=True)
                status = 1
    print("Portal berhenti.", flush=True)
    return status


def _interrupt(number: int, frame: object) -> None:
    raise _Interrupted


def _write_settings() -> None:
    """Give a first start its settings: a secret of its own, and plain HTTP on this machine."""
    if SETTINGS_FILE.exists() or os.environ.get("SECRET_KEY"):
        return
    with open(SETTINGS_FILE, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(
            f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
            "DEBUG=False\n"
            "ALLOWED_HOSTS=localhost,127.0.0.1,[::1]\n"
            "INSECURE_HTTP=True\n"
        )


def _web_command(host: str, port: str) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "sembako_portal.wsgi",
        "--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "--workers", os.environ.get("WEB_WORKERS", "2"),
        "--threads", os.environ.get("WEB_THREADS", "4"),
        "--timeout", "120", "--graceful-timeout", str(_GRACE_S - 5),
        "--log-level", "warning",
    ]  # fmt: skip


def _prepare() -> int:
    child = _spawn([sys.executable, "manage.py", "prepare"])
    try:
        return child.wait()
    except _Interrupted:
        _stop([child])
        raise


def _spawn(command: list[str]) -> subprocess.Popen:
    # A session of its own: Ctrl+C reaches only this process, which ends the others in order.
    return subprocess.Popen(
        command,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509  # this process has no threads
    )


def _end_with_parent() -> None:
    """On Linux, have the kernel end this child when the supervisor is killed without a chance."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _check(children: Mapping[str, subprocess.Popen]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise _Failed(f"{name} berhenti sendiri (kode {child.returncode}).")


def _wait_until_ready(children: Mapping[str, subprocess.Popen]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(os.environ["HOST"], os.environ["HOST"])
    # Another name would be refused, and the refusal logged, at every start.
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip("*.") or "localhost"
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        _check(children)
        connection = http.client.HTTPConnection(host, int(os.environ["PORT"]), timeout=30)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/", headers={"Host": name})
            if connection.getresponse().status < 500:
                return
        connection.close()
        time.sleep(_POLL_S)
    raise _Failed("Web tidak menjawab dengan benar dalam satu menit.")


def _announce() -> None:
    host, port = os.environ["HOST"], os.environ["PORT"]
    shown = f"[{host}]" if ":" in host else host
    print(f"\nPortal Sembako berjalan di http://{shown}:{port}/  (hentikan dengan Ctrl+C)")
    if host not in ("127.0.0.1", "localhost", "::1"):
        print(
            "Nama atau alamat yang diketik pengguna harus tercantum dalam ALLOWED_HOSTS "
            f"({SETTINGS_FILE})."
        )
    sys.stdout.flush()


def _stop(children: Collection[subprocess.Popen]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + _GRACE_S
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            # Its own children, too: it leads a session, hence a process group.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
