"""Lists that belong together, shown side by side above each of them."""

from dataclasses import dataclass

from django.urls import reverse

PROPOSALS = (
    ("Usulan", "proposal", "admin:verification_proposal_changelist"),
    ("Sanggah", "objection", "admin:verification_objection_changelist"),
)
REPLACEMENT = (
    ("Daftar tunggu", "waiting", "verification:waiting"),
    ("Penggantian", "replacement", "admin:verification_replacement_changelist"),
    ("Masuk dan keluar", "movements", "verification:movements"),
    ("Ganti pengurus", "payeechange", "admin:verification_payeechange_changelist"),
)


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool


def tabs(group: tuple, here: str) -> list[Tab]:
    return [Tab(label, reverse(view), key == here) for label, key, view in group]
