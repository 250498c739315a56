"""The kinds of sheet that uploads can carry. The app that owns a layout registers its kind.

An upload does not know what its rows mean: reading, staging, repairing, submitting and approving
are the same for every sheet. What differs is in the functions of a `SheetKind`; `uploads` lies
below the apps that write them and calls them through this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.utils.module_loading import import_string

from accounts.models import User
from accounts.roles import Role
from spreadsheets.layout import Layout
from uploads.models import Upload

PREVIEW_ONLY = (
    "Jenis lembar ini baru dapat diperiksa; isinya belum dapat diajukan dan tidak mengubah data"
    " terdaftar."
)


@dataclass(frozen=True)
class SheetKind:
    """What an app declares about a sheet of its own.

    `compare(upload, cursor)` finishes the temporary table `staged` (see uploads/staging.py): it
    sets `target_id`, `household_id` and `changes`, and adds issues to `found`.
    `gather(cursor, table)` may look up what the register knows of the rows of `table`, which is
    `staged` or a part of it: it runs for each batch as it arrives. None: `compare` does all.
    `admit(upload, identity)` looks at the file before its rows: wrong region, closed round. It
    raises `SheetRefused` with the sentence for the sender. None: every file may come.
    `lock(upload, cursor)` holds what `apply` will change, before the last comparison.
    `apply(upload, cursor)` writes the `writable` rows of `staged` to the register, in the caller's
    transaction. None: a sheet of this kind is checked and previewed, and cannot be submitted.
    `revert(upload, cursor)` takes back what nothing newer has touched and marks each row's outcome.
    `follow(upload)` lets other records follow a new status; it runs in the status change's
    transaction. None: nothing follows.
    """

    key: str
    title: str
    layout_path: str
    subject: tuple[str, str, str]
    """Fields that name the row to a reader: name, identity number, place."""
    senders: frozenset[Role]
    """Who may send such a sheet, within the own region and with the right to send at all."""
    compare: Callable
    admit: Callable[[Upload, dict[str, str]], None] | None = None
    lock: Callable | None = None
    apply: Callable | None = None
    revert: Callable | None = None
    follow: Callable[[Upload], None] | None = None
    gather: Callable | None = None
    references: Callable[[User], list[tuple[str, str]]] = lambda user: []
    """What a sheet of this kind may answer to now, as (reference, name): running rounds."""
    reference_name: Callable[[str], str] = str
    reference_asked: str = ""
    """What is told when nothing is named that it answers to; empty where a sheet may stand alone
    or names it itself."""

    @cached_property
    def layout(self) -> Layout:
        return import_string(self.layout_path.replace(":", "."))

    @property
    def is_preview(self) -> bool:
        """Checked and shown only: nothing says yet what its rows change."""
        return self.apply is None

    def may_be_sent_by(self, user: User) -> bool:
        return user.role in self.senders and user.has_perm("uploads.add_upload")


_kinds: dict[str, SheetKind] = {}


def register(kind: SheetKind) -> None:
    _kinds[kind.key] = kind


def all_kinds() -> list[SheetKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.title)


def sent_by(user: User) -> list[SheetKind]:
    """The kinds this user may send, those that lead into the register first."""
    mine = [kind for kind in all_kinds() if kind.may_be_sent_by(user)]
    return sorted(mine, key=lambda kind: kind.is_preview)


def get(key: str) -> SheetKind:
    return _kinds[key]


def reference_name(key: str, reference: str) -> str:
    """What a sheet of this kind answers to, in words; the reference itself for an unknown kind."""
    return _kinds[key].reference_name(reference) if key in _kinds else reference
