"""check_file in a process of its own, so that no file can cost more than one sentence."""

import logging
import marshal
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from spreadsheets import guard
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import CheckContext
from spreadsheets.looking import ColumnRead, FileRead, Preview, SheetRead
from spreadsheets.packing import PackedBatch
from spreadsheets.swaps import Proposal

logger = logging.getLogger(__name__)

HEAD = struct.Struct("<Q")
_PIPE_BYTES = 2**20


def check_in_child(
    path: str | Path,
    layouts: Sequence[str],
    context: CheckContext,
    *,
    memory_mb: int = 640,
    seconds: float = 600,
) -> Iterator[FileRead | PackedBatch]:
    """check_file in a process of its own, with limits on memory and time.

    `layouts` are dotted paths "package.module:NAME" which the child imports. `memory_mb` limits
    the address space, which is about 1.7 times the memory really used (measured: 350 MB used and
    under 600 MB of addresses for 200,000 rows of 23 columns). `seconds` is the
    time spent waiting for the child, and its processor time. Whatever ends the child early
    becomes SheetRefused; it is ended when the consumer stops. Works on POSIX systems.
    """
    with _child("check", path, layouts, context, memory_mb, seconds) as pipe:
        yield from _messages(pipe)


def preview_in_child(
    path: str | Path,
    layouts: Sequence[str],
    context: CheckContext,
    *,
    memory_mb: int = 640,
    seconds: float = 60,
) -> Preview:
    """looking.preview in a process of its own, limited like check_in_child."""
    with _child("preview", path, layouts, context, memory_mb, seconds) as pipe:
        return next(_messages(pipe))


@contextmanager
def _child(
    task: str, path, layouts: Sequence[str], context: CheckContext, memory_mb: int, seconds: float
) -> Iterator["_Pipe"]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry or "." for entry in sys.path)}
    # -P: a module of the same name in the folder that somebody stands in must not get in the way.
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "spreadsheets.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        order = (task, str(path), list(layouts), context, memory_mb, int(seconds) + 1)
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(pickle.dumps(order, 5))
        yield _Pipe(child, seconds)
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


class _Pipe:
    """Reads whole messages from the child, with a limit on the time spent waiting."""

    def __init__(self, child: subprocess.Popen, seconds: float) -> None:
        self.child = child
        self.left = seconds
        self.fd = child.stdout.fileno()
        with suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(self.fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.poll = select.poll()
        self.poll.register(self.fd, select.POLLIN | select.POLLHUP)

    def message(self) -> tuple | None:
        """The next message; None when the child is gone."""
        head = self._exactly(HEAD.size)
        if head is None:
            return None
        body = self._exactly(HEAD.unpack(head)[0])
        return None if body is None else marshal.loads(body)

    def _exactly(self, size: int) -> bytearray | None:
        buffer = bytearray(size)
        view = memoryview(buffer)
        got = 0
        while got < size:
            started = time.monotonic()
            ready = self.poll.poll(max(0, self.left) * 1000)
            self.left -= time.monotonic() - started
            if not ready:
                raise _refuse_too_slow()
            count = os.readv(self.fd, [view[got:]])
            if not count:
                return None
            got += count
        return buffer


def _refuse_too_slow() -> SheetRefused:
    return SheetRefused(
        "TERLALU_LAMA",
        "Pemeriksaan berkas melewati batas waktu; bagi menjadi beberapa berkas, misalnya satu "
        "berkas untuk setiap kecamatan.",
    )


def _refuse_own_mistake() -> SheetRefused:
    return SheetRefused(
        "GALAT_PORTAL",
        "Berkas tidak dapat diperiksa karena galat pada portal, bukan pada berkas Anda; "
        "laporkan kepada administrator.",
    )


def _refuse_early_end(status: int) -> SheetRefused:
    """What an exit status without a last message means."""
    logger.warning("sheet check ended early, exit status %s", status)
    if status == -signal.SIGXCPU:
        return _refuse_too_slow()
    if status in (-signal.SIGABRT, -signal.SIGKILL):
        # Rust aborts when memory is refused; the kernel kills when there is none.
        return guard.refuse_too_large()
    return guard.refuse_broken() if status < 0 else _refuse_own_mistake()


def _with_columns(told: FileRead | Preview) -> FileRead | Preview:
    return told._replace(
        columns=[ColumnRead(*column) for column in told.columns],
        proposals=[Proposal(*proposal) for proposal in told.proposals],
    )


def _messages(pipe: _Pipe) -> Iterator[FileRead | PackedBatch | Preview]:
    while True:
        message = pipe.message()
        if message is None:
            raise _refuse_early_end(pipe.child.wait())
        kind, *content = message
        if kind == "read":
            sheets = [SheetRead(*sheet) for sheet in content[1]]
            yield _with_columns(FileRead(content[0], sheets, *content[2:]))
        elif kind == "preview":
            yield _with_columns(Preview(*content))
        elif kind == "batch":
            yield PackedBatch(*content)
        elif kind == "refused":
            raise SheetRefused(*content)
        elif kind == "failed":
            logger.error("sheet check failed\n%s", content[0])
            raise _refuse_own_mistake()
        else:
            return
