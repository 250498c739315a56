"""Broken and hostile files by the thousand: none may cost more than one sentence.

    .venv/bin/python benchmarks/fuzz.py --seconds 60 --seed 1

Takes the files of tests/data/sheets and samples, damages each in one of the ways below, and checks
it in the limited child. Prints one line of JSON; a file that failed is kept in var/fuzz. Ends with
status 1 when one did. README.md tells what the keys mean.
"""

import argparse
import io
import json
import os
import pickle
import random
import re
import resource
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from regions.codes import RegionIndex, load_regions  # noqa: E402
from spreadsheets.checking import check_file  # noqa: E402
from spreadsheets.errors import SheetRefused  # noqa: E402
from spreadsheets.layout import CheckContext  # noqa: E402
from spreadsheets.limited import check_in_child  # noqa: E402

SOURCES = (ROOT / "tests" / "data" / "sheets", ROOT / "samples")
KINDS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".txt")
KEPT = ROOT / "var" / "fuzz"
LAYOUTS = ["beneficiaries.sheets:DTKS_BNBA"]
# As uploads/tasks.py has it.
MEMORY_MB = 640
SLOW_S, LARGE_MB = 10, 500
GIVE_UP_S = 30
# What a sentence of refusal tells the sender to do.
_ADVICE = re.compile(
    r"unggah|simpan|bagi|hapus|perbaiki|isi|pakai|tambahkan|salin|pilih|periksa|buka", re.IGNORECASE
)

Damage = Callable[[random.Random, bytes], bytes]


# Any file


def flip_bytes(rng: random.Random, content: bytes) -> bytes:
    out = bytearray(content)
    for _ in range(rng.choice((1, 3, 20, 200))):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def truncate(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def repeat_slice(rng: random.Random, content: bytes) -> bytes:
    at, end = _span(rng, content)
    return content[:end] + content[at:end] * rng.choice((1, 2, 50)) + content[end:]


def drop_slice(rng: random.Random, content: bytes) -> bytes:
    at, end = _span(rng, content)
    return content[:at] + content[end:]


def blank_slice(rng: random.Random, content: bytes) -> bytes:
    at, end = _span(rng, content)
    return content[:at] + bytes([rng.choice((0, 255, 32))]) * (end - at) + content[end:]


def extreme_number(rng: random.Random, content: bytes) -> bytes:
    """Two or four bytes become one of the numbers that programs count wrong with."""
    size, form = rng.choice(((2, "<H"), (4, "<I")))
    if len(content) < size:
        return content
    at = rng.randrange(len(content) - size + 1)
    number = rng.choice((0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)) & (256**size - 1)
    return content[:at] + struct.pack(form, number) + content[at + size :]


def _span(rng: random.Random, content: bytes) -> tuple[int, int]:
    at = rng.randrange(len(content) + 1)
    return at, min(len(content), at + rng.choice((1, 8, 100, 4000)))


ANY = (flip_bytes, truncate, repeat_slice, drop_slice, blank_slice, extreme_number)


# Archives: damage inside a part, where no checksum tells of it


def _unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(parts: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name, (2021, 11, 23, 7, 0, 0)), content)
    return out.getvalue()


def damage_part(rng: random.Random, content: bytes) -> bytes:
    parts = _unzip(content)
    name = rng.choice(list(parts))
    change = rng.choice(ANY) if rng.random() < 0.4 else rng.choice(XML)
    parts[name] = change(rng, parts[name])
    return _zip(list(parts.items()))


def damage_data(rng: random.Random, content: bytes) -> bytes:
    """As `damage_part`, in a part that holds cells."""
    parts = _unzip(content)
    held = [name for name in parts if re.search(r"sheet\d|sharedStrings|content\.xml", name)]
    if not held:
        return content
    name = rng.choice(held)
    for _ in range(rng.choice((1, 1, 3))):
        parts[name] = rng.choice(XML)(rng, parts[name])
    return _zip(list(parts.items()))


def remove_part(rng: random.Random, content: bytes) -> bytes:
    parts = _unzip(content)
    parts.pop(rng.choice(list(parts)))
    return _zip(list(parts.items()))


def exchange_parts(rng: random.Random, content: bytes) -> bytes:
    """One part under the name of another: the wrong content type."""
    parts = _unzip(content)
    one, other = rng.choice(list(parts)), rng.choice(list(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return _zip(list(parts.items()))


def double_part(rng: random.Random, content: bytes) -> bytes:
    parts = list(_unzip(content).items())
    name, body = rng.choice(parts)
    with suppress(UserWarning):
        return _zip([*parts, (name if rng.random() < 0.5 else name.upper(), body[::-1])])
    return content


def empty_part(rng: random.Random, content: bytes) -> bytes:
    parts = _unzip(content)
    parts[rng.choice(list(parts))] = rng.choice((b"", b"<", b"\0" * 1000, b"<?xml version='1.0'?>"))
    return _zip(list(parts.items()))


def lie_about_sizes(rng: random.Random, content: bytes) -> bytes:
    """The directory or a local header claims another size, checksum, method or place."""
    out = bytearray(content)
    is_directory = rng.random() < 0.6
    mark = b"PK\x01\x02" if is_directory else b"PK\x03\x04"
    places = [found.start() for found in re.finditer(re.escape(mark), content)]
    if not places:
        return content
    at = rng.choice(places) + (2 if is_directory else 0)
    field, form = rng.choice(((6, "<H"), (8, "<H"), (14, "<I"), (18, "<I"), (22, "<I"), (26, "<H")))
    number = rng.choice((0, 1, 9, 99, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)) & (
        256 ** struct.calcsize(form) - 1
    )
    if at + field + 4 < len(out):
        struct.pack_into(form, out, at + field, number)
    return bytes(out)


def bomb(rng: random.Random, content: bytes) -> bytes:
    """A part that unpacks to far more than it should."""
    parts = _unzip(content)
    name = rng.choice([*parts, "xl/media/image1.png", "Pictures/1.png"])
    filler = rng.choice((b" ", b"<c/>", b"<row/>", b"\0", b"<x>"))
    parts[name] = parts.get(name, b"") + filler * (rng.choice((2, 30)) * 2**20 // len(filler))
    return _zip(list(parts.items()))


# XML


def _replace_one(rng: random.Random, pattern: bytes, content: bytes, make) -> bytes:
    places = list(re.finditer(pattern, content))
    if not places:
        return content
    found = rng.choice(places)
    return content[: found.start()] + make(found) + content[found.end() :]


def _huge(rng: random.Random) -> bytes:
    return rng.choice(
        (b"-1", b"0", b"1048576", b"1048577", b"16384", b"99999999", b"4294967295", b"1e308",
         b"99999999999999999999", b"NaN", b"")
    )  # fmt: skip


def huge_attribute(rng: random.Random, content: bytes) -> bytes:
    return _replace_one(rng, rb'="-?\d+"', content, lambda found: b'="' + _huge(rng) + b'"')


def huge_value(rng: random.Random, content: bytes) -> bytes:
    """Of a number cell, or the index of a shared string out of range."""
    return _replace_one(rng, rb"<v>[^<]*</v>", content, lambda found: b"<v>" + _huge(rng) + b"</v>")


def far_cell(rng: random.Random, content: bytes) -> bytes:
    place = rng.choice(
        (b"XFD1048576", b"A1048576", b"XFD1", b"ZZZZ1", b"A99999999999", b"1A", b"A0")
    )
    return _replace_one(rng, rb' r="[A-Z]+\d+"', content, lambda found: b' r="' + place + b'"')


def huge_dimension(rng: random.Random, content: bytes) -> bytes:
    reference = rng.choice(
        (b"A1:XFD1048576", b"A1:A1048576", b"A1:", b"XFD1:A1", b"A1:ZZZZ99999999")
    )
    return _replace_one(
        rng,
        rb'<dimension ref="[^"]*"',
        content,
        lambda found: b'<dimension ref="' + reference + b'"',
    )


def other_type(rng: random.Random, content: bytes) -> bytes:
    kind = rng.choice((b"s", b"e", b"b", b"d", b"n", b"str", b"inlineStr", b"x"))
    return _replace_one(rng, rb' t="[a-zA-Z]+"', content, lambda found: b' t="' + kind + b'"')


def repeated_cells(rng: random.Random, content: bytes) -> bytes:
    """OpenDocument says "the same cell (row) so many times"."""
    times = rng.choice(
        (b"1000", b"16384", b"1048576", b"4294967295", b"99999999999999999999", b"-1")
    )
    which, attribute = rng.choice(
        (
            (rb"<table:table-cell", b"number-columns-repeated"),
            (rb"<table:table-row", b"number-rows-repeated"),
            (rb"<table:table-cell", b"number-rows-spanned"),
        )
    )
    return _replace_one(
        rng,
        which,
        content,
        lambda found: found[0] + b" table:" + attribute + b'="' + times + b'"',
    )


def merged_far(rng: random.Random, content: bytes) -> bytes:
    spans = rng.choice((b"A1:XFD1048576", b"A1:A1048576", b"D2:D1", b"A1", b"B2:ZZZZ9"))
    many = b'<mergeCell ref="' + spans + b'"/>'
    return content.replace(
        b"</sheetData>",
        b"</sheetData><mergeCells>" + many * rng.choice((1, 1000)) + b"</mergeCells>",
        1,
    )


def deep_nesting(rng: random.Random, content: bytes) -> bytes:
    depth = rng.choice((100, 5_000, 200_000))
    tag = rng.choice((b"x", b"row", b"c", b"si", b"text:span"))
    inside = b"<" + tag + b">"
    closing = b"</" + tag + b">" if rng.random() < 0.5 else b""
    return _replace_one(
        rng, rb"><", content, lambda found: b">" + inside * depth + closing * depth + b"<"
    )


def entities(rng: random.Random, content: bytes) -> bytes:
    declared = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    )
    head, mark, rest = content.partition(b"?>")
    content = head + mark + declared + rest if mark else declared + content
    return _replace_one(rng, rb">[^<]+<", content, lambda found: b">&b;&f;&#x0;<")


def long_text(rng: random.Random, content: bytes) -> bytes:
    text = rng.choice((b"A", b"6203085205839017", "\N{ZERO WIDTH SPACE}é".encode(), b"&#10;"))
    return _replace_one(
        rng, rb">[^<>]+<", content, lambda found: b">" + text * rng.choice((100, 100_000)) + b"<"
    )


def other_encoding(rng: random.Random, content: bytes) -> bytes:
    with suppress(UnicodeError):
        return content.decode().encode(rng.choice(("utf-16", "utf-32", "utf-7", "cp037")))
    return content


def broken_tag(rng: random.Random, content: bytes) -> bytes:
    return _replace_one(
        rng,
        rb"<[^>]*>",
        content,
        lambda found: rng.choice((b"", b"<", found[0] * 2, found[0][:-2])),
    )


XML = (
    huge_attribute, huge_value, far_cell, huge_dimension, other_type, repeated_cells, merged_far,
    deep_nesting, entities, long_text, other_encoding, broken_tag, flip_bytes, drop_slice,
)  # fmt: skip
ZIP = (
    damage_data, damage_data, damage_data, damage_part, remove_part, exchange_parts, double_part,
    empty_part, lie_about_sizes, bomb, flip_bytes, truncate, drop_slice,
)  # fmt: skip


# Binary records: .xls is a chain of (kind, size, body), .xlsb the same in other numbers


def damage_records(rng: random.Random, content: bytes) -> bytes:
    """Somewhere in the second half, where the cells are, a size or a field becomes extreme."""
    out = bytearray(content)
    for _ in range(rng.choice((1, 4, 30))):
        at = rng.randrange(min(512, len(out) // 2), max(513, len(out) - 4))
        if at + 4 < len(out):
            struct.pack_into("<H", out, at, rng.choice((0, 1, 0x3E, 0xFF, 0x7FFF, 0xFFFF)))
    return bytes(out)


def loop_sectors(rng: random.Random, content: bytes) -> bytes:
    """The table of sectors points back to itself."""
    out = bytearray(content)
    at = 512 + 4 * rng.randrange(128)
    for offset in range(0, 4 * rng.choice((1, 8, 100)), 4):
        if at + offset + 4 <= len(out):
            struct.pack_into(
                "<I", out, at + offset, rng.choice((0, 1, 2, 5, 0xFFFFFFFE, 0xFFFFFFFD))
            )
    return bytes(out)


def damage_binary_part(rng: random.Random, content: bytes) -> bytes:
    parts = _unzip(content)
    held = [name for name in parts if name.endswith(".bin")]
    name = rng.choice(held)
    parts[name] = rng.choice((*ANY, damage_records))(rng, parts[name])
    return _zip(list(parts.items()))


OLE = (*ANY, damage_records, damage_records, loop_sectors)


# Text


def odd_text(rng: random.Random, content: bytes) -> bytes:
    piece = rng.choice(
        (b'"', b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b";" * 5_000, b"\r", b"\x1a", b'"""',
         b"\xed\xa0\x80", b"A" * 200_000, b"=1+1", b"\x85", b"\x0b\x0c\x1c")
    )  # fmt: skip
    for _ in range(rng.choice((1, 3, 30))):
        at = rng.randrange(len(content) + 1)
        content = content[:at] + piece + content[at:]
    return content


def many_lines(rng: random.Random, content: bytes) -> bytes:
    return content + content[len(content) // 2 :] * rng.choice((10, 500))


TEXT = (*ANY, odd_text, odd_text, many_lines)

DAMAGES: dict[str, tuple[Damage, ...]] = {
    ".xlsx": ZIP,
    ".xlsm": ZIP,
    ".ods": ZIP,
    ".xlsb": (*ZIP, damage_binary_part, damage_binary_part, damage_binary_part),
    ".xls": OLE,
    ".csv": TEXT,
    ".txt": TEXT,
}


class Sources:
    """The files to damage, of every kind as many."""

    def __init__(self) -> None:
        self.by_kind: dict[str, list[tuple[str, bytes]]] = {}
        for path in sorted(path for folder in SOURCES for path in folder.iterdir()):
            if path.suffix in KINDS and path.stat().st_size:
                found = self.by_kind.setdefault(path.suffix, [])
                found.append((path.name, path.read_bytes()))

    def damaged(self, rng: random.Random) -> tuple[str, str, bytes]:
        """(what was done to which file, its ending, the content)."""
        kind = rng.choice(list(self.by_kind))
        name, content = rng.choice(self.by_kind[kind])
        damages = DAMAGES[kind]
        if (
            damages is not TEXT
            and damages is not OLE
            and not zipfile.is_zipfile(io.BytesIO(content))
        ):
            damages = ANY
        damage = rng.choice(damages)
        return f"{name} {damage.__name__}", kind, damage(rng, content)


class Outcome(NamedTuple):
    """`wrong` is "" where the file was read or refused as it should be; `peak_mb` is the resident
    memory of the child."""

    read: bool
    code: str
    wrong: str
    peak_mb: float = 0


def judge(events) -> Outcome:
    """Goes through all events of a check."""
    try:
        for _ in events:
            pass
    except SheetRefused as refused:
        return Outcome(False, refused.code, _wrong_sentence(refused))
    except MemoryError:
        # The child turns it into a sentence.
        return Outcome(False, "MemoryError", "")
    except BaseException as error:
        return Outcome(False, "", f"{type(error).__name__} instead of SheetRefused")
    return Outcome(True, "", "")


def _wrong_sentence(refused: SheetRefused) -> str:
    message = refused.message
    if refused.code == "GALAT_PORTAL":
        return "GALAT_PORTAL"
    if not (message[:1].isupper() and message.endswith(".") and _ADVICE.search(message)):
        return f"no sentence with advice: {message[:80]!r}"
    return ""


def in_child(path: Path, context: CheckContext) -> Outcome:
    """As an upload is checked."""
    events = check_in_child(path, LAYOUTS, context, memory_mb=MEMORY_MB, seconds=GIVE_UP_S)
    # The system tells the highest of all children there were.
    return judge(events)._replace(peak_mb=_mb(resource.getrusage(resource.RUSAGE_CHILDREN)))


def _mb(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


def in_fork(path: Path, context: CheckContext) -> Outcome:
    """The same limits in a copy of this process, which starts ten times as quickly."""
    from beneficiaries.sheets import DTKS_BNBA

    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB * 2**20,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (GIVE_UP_S,) * 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        outcome = judge(check_file(path, [DTKS_BNBA], context))
        os.write(writing, pickle.dumps(tuple(outcome)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status, usage = os.wait4(child, 0)
    if told:
        outcome = Outcome(*pickle.loads(told))
    elif os.WIFSIGNALED(status):
        # Rust aborts when memory is refused; the real parent turns that into a sentence.
        outcome = Outcome(False, f"signal {os.WTERMSIG(status)}", "")
    else:
        outcome = Outcome(False, "", f"ended with {status}")
    return outcome._replace(peak_mb=_mb(usage))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="stop after so long")
    parser.add_argument("--files", type=int, default=1_000_000, help="stop after so many files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--forked", action="store_true", help="check in copies of this process: more files"
    )
    options = parser.parse_args()
    # zipfile warns of a name that occurs twice, which is what we want.
    import warnings

    warnings.simplefilter("ignore")
    report = run(options)
    print(json.dumps(report, ensure_ascii=False))
    return 1 if report["failures"] else 0


def run(options) -> dict:
    context = CheckContext(date(2021, 11, 23), RegionIndex(load_regions()), {"region": "62.03"})
    check, all_at_once = (in_fork, False) if options.forked else (in_child, True)
    sources = Sources()
    refused: Counter[str] = Counter()
    read = number = 0
    slowest = (0.0, "")
    largest = (0.0, "")
    failures = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while number < options.files and time.monotonic() - started < options.seconds:
            what, ending, content = sources.damaged(random.Random(f"{options.seed}/{number}"))
            path = Path(folder) / f"{options.seed}-{number}{ending}"
            path.write_bytes(content)
            before = time.monotonic()
            outcome = check(path, context)
            took = time.monotonic() - before
            wrong = outcome.wrong or (f"took {took:.0f} s" if took > SLOW_S else "")
            if not wrong and outcome.peak_mb > max(LARGE_MB, largest[0] if all_at_once else 0):
                wrong = f"used {outcome.peak_mb:.0f} MB"
            slowest = max(slowest, (took, what))
            largest = max(largest, (outcome.peak_mb, what))
            if wrong:
                KEPT.mkdir(parents=True, exist_ok=True)
                (KEPT / path.name).write_bytes(content)
                failures.append(f"{path.name}: {what}: {wrong}")
            read += outcome.read
            if not outcome.read:
                refused[outcome.code] += 1
            path.unlink()
            number += 1
    return {
        "files": number,
        "refused": sum(refused.values()),
        "read": read,
        "slowest_s": round(slowest[0], 2),
        "slowest": slowest[1],
        "peak_mb": round(largest[0]),
        "largest": largest[1],
        "codes": dict(refused.most_common()),
        "failures": failures,
    }


if __name__ == "__main__":
    sys.exit(main())
