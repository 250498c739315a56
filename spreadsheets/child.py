"""The limited process behind check_in_child: an order on standard input, messages on output."""

import gc
import importlib
import marshal
import os
import pickle
import resource
import sys
import traceback

from spreadsheets import guard
from spreadsheets.checking import check_file
from spreadsheets.errors import SheetRefused
from spreadsheets.limited import HEAD
from spreadsheets.looking import FileRead, Preview, preview
from spreadsheets.packing import PackedBatch

# marshal version 2 has no back references: larger, but quicker on both sides.
_MARSHAL_VERSION = 2


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, hard))


def _load(dotted: str):
    module, _, name = dotted.partition(":")
    return getattr(importlib.import_module(module), name)


def _frames(error: BaseException) -> str:
    """The traceback without the error's message, which could quote personal data."""
    frames = traceback.format_tb(error.__traceback__)
    return "".join(frames) + type(error).__name__


def _plain(told: FileRead | Preview) -> tuple:
    """Without the named tuples, which marshal does not know."""
    return tuple(
        told._replace(
            columns=list(map(tuple, told.columns)), proposals=list(map(tuple, told.proposals))
        )
    )


def _check(path, layouts, context, send) -> None:
    for event in check_file(path, layouts, context):
        if isinstance(event, FileRead):
            key, sheets, *rest = _plain(event)
            send("read", key, list(map(tuple, sheets)), *rest)
        else:
            send("batch", *PackedBatch.of(event))


def main() -> None:
    # Nothing that a library prints may get between the messages.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(*message) -> None:
        body = marshal.dumps(message, _MARSHAL_VERSION)
        out.write(HEAD.pack(len(body)))
        out.write(body)
        out.flush()

    try:
        task, path, dotted, context, memory_mb, seconds = pickle.load(sys.stdin.buffer)
        layouts = [_load(name) for name in dotted]
        _limit(resource.RLIMIT_AS, memory_mb * 2**20)
        _limit(resource.RLIMIT_CPU, seconds)
        _limit(resource.RLIMIT_CORE, 0)
        # Cells are plain text and numbers: there are no cycles worth looking for.
        gc.disable()
        if task == "preview":
            send("preview", *_plain(preview(path, layouts, context)))
        else:
            _check(path, layouts, context, send)
        send("end")
    except SheetRefused as refusal:
        send("refused", refusal.code, refusal.message)
    except MemoryError:
        refusal = guard.refuse_too_large()
        send("refused", refusal.code, refusal.message)
    except BrokenPipeError:
        # The consumer has seen enough.
        os._exit(0)
    except BaseException as error:
        send("failed", _frames(error))


if __name__ == "__main__":
    main()
