"""bin/run and bin/test: what they say when they cannot run, and how the portal ends."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path):
    """A copy of the scripts in a path with a space, with a Python that may not build anything."""
    root = tmp_path / "portal sembako"
    shutil.copytree(ROOT / "bin", root / "bin")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "basename", "mkdir", "id", "grep", "cat", "cksum", "rm"):
        (tools / name).symlink_to(shutil.which(name))
    write_program(
        tools / "python3.12", f'case "$2" in venv) exit 7;; esac; exec "{sys.executable}" "$@"'
    )
    return root


def write_program(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def run(house, script, **environment):
    return subprocess.run(
        [str(house / "bin" / script)],
        env={"PATH": str(house.parent / "tools"), **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("script", ["bin/run", "bin/test", "bin/_env.sh", ".ci/run"])
def test_scripts_are_well_formed(script):
    shell = "bash" if script == ".ci/run" else shutil.which("dash") or "sh"
    assert subprocess.run([shell, "-n", ROOT / script], check=False).returncode == 0


@pytest.mark.parametrize("script", ["run", "test"])
@pytest.mark.parametrize("found", ["none", "too old"])
def test_missing_or_old_python_is_told(house, script, found):
    program = house.parent / "tools" / "python3.12"
    program.unlink()
    if found == "too old":
        write_program(program, "exit 1")
    result = run(house, script)
    assert result.returncode == 1
    assert "Python 3.11 atau yang lebih baru tidak ditemukan" in result.stderr


def test_python_without_venv_names_the_package(house):
    write_program(
        house.parent / "tools" / "python3.12", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0'
    )
    result = run(house, "run")
    assert result.returncode == 1
    assert "apt install python3-venv" in result.stderr


def test_environment_that_was_moved_is_built_anew(house):
    venv = house / ".venv" / "bin"
    venv.mkdir(parents=True)
    write_program(venv / "python", f'exec "{sys.executable}" "$@"')
    (venv / "activate").write_text("VIRTUAL_ENV=/tempat/lama/.venv\n")
    result = run(house, "run", PORT=str(free_port()))
    assert "Membuat lingkungan Python" in result.stdout
    assert not (venv / "activate").exists()
    assert result.returncode == 1


def test_occupied_port_is_told_at_once(house):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        result = run(house, "run", PORT=str(port))
    assert result.returncode == 1
    assert f"Porta {port} pada 127.0.0.1 tidak dapat dipakai" in result.stderr
    assert not (house / ".venv").exists()


@pytest.mark.parametrize("port", ["delapan", "0", "70000", "-1"])
def test_impossible_port_is_told(house, port):
    result = run(house, "run", PORT=port)
    assert result.returncode == 1
    assert "PORT harus berupa bilangan 1 sampai 65535" in result.stderr


def test_second_run_on_the_same_data_is_told(house):
    (house / "var").mkdir()
    with (house / "var" / "run.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = run(house, "run", PORT=str(free_port()))
    assert result.returncode == 1
    assert "sudah berjalan" in result.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


MANAGE = """
import os, signal, sys
if sys.argv[1] == "prepare":
    sys.exit(int(os.environ.get("PREPARE", "0")))
print("pekerja", os.getpid(), flush=True)
if os.environ.get("WORKER") == "fails":
    sys.exit(5)
signal.pause()
"""
SERVE = """
import sys
from pathlib import Path
from sembako_portal import serve
serve.ROOT = Path(sys.argv[1])
serve._web_command = lambda host, port: [
    sys.executable, "-m", "http.server", port, "--bind", host, "--directory", sys.argv[1]
]
sys.exit(serve.main())
"""


@pytest.fixture
def serve(tmp_path):
    """Starts the supervisor over a stand-in for the portal; the database is somebody else's."""
    (tmp_path / "manage.py").write_text(MANAGE)
    started = []

    def start(**environment):
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(tmp_path)],
            cwd=ROOT,
            env=os.environ
            | {
                "PORTAL_VAR": str(tmp_path),
                "DATABASE_URL": "postgres://x@127.0.0.1:1/x",
                "HOST": "127.0.0.1",
                "PORT": str(free_port()),
            }
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_until(process, words):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return lines
    raise AssertionError(f"{words!r} tidak muncul: {lines} {process.stderr.read()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_portal_stops_web_and_worker(serve, number):
    process = serve()
    lines = read_until(process, "Portal Sembako berjalan di http://127.0.0.1:")
    port = int(lines[-1].split("127.0.0.1:")[1].split("/")[0])
    worker = int(next(line for line in lines if line.startswith("pekerja")).split()[1])
    process.send_signal(number)
    process.communicate(timeout=15)
    assert process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_portal_ends_with_an_error_when_the_worker_dies(serve):
    process = serve(WORKER="fails")
    _, said = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "Pekerja latar berhenti sendiri (kode 5). Portal dihentikan." in said


def test_portal_that_cannot_be_prepared_is_not_served(serve):
    process = serve(PREPARE="1")
    output, said = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "tidak dapat disiapkan" in said
    assert "berjalan di" not in output


def test_first_start_writes_settings_of_its_own(serve, tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    process = serve(PREPARE="1")
    process.communicate(timeout=15)
    settings = (tmp_path / "env").read_text()
    assert "INSECURE_HTTP=True" in settings
    assert (tmp_path / "env").stat().st_mode & 0o077 == 0

    serve(PREPARE="1").communicate(timeout=15)
    assert (tmp_path / "env").read_text() == settings
