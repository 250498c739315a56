"""Whether a family is in the register already, told as far as the user may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from beneficiaries.identity import same_name
from beneficiaries.models import Household, Person
from regions.models import Region
from verification.models import Proposal, ProposalMember

ELSEWHERE = "sudah terdaftar di kabupaten/kota lain. Perpindahan dicatat oleh provinsi."
BEYOND = "sudah terdaftar di luar wilayah tugas Anda. Hubungi petugas kabupaten/kota."


@dataclass(frozen=True)
class Registered:
    """Somebody in the register who is, or may be, the one to be entered.

    `is_same`: by number, so that the family cannot be entered anew; else somebody must compare.
    `member` counts from 1; 0 is the family.
    """

    member: int
    text: str
    is_same: bool
    url: str = ""


def find_registered(
    user: User,
    village: Region,
    kk_number: str,
    members: Sequence[Mapping[str, str]],
    *,
    proposals: QuerySet[Proposal] | None = None,
) -> list[Registered]:
    """Registered persons and families, and open `proposals`, like the one to be entered.

    Looks beyond the user's places only by number, and tells then no more than that there is one.
    """
    niks = {one["nik"]: place for place, one in enumerate(members, start=1) if one["nik"]}
    found = [
        *_by_nik(user, niks),
        *_by_kk(user, kk_number),
        *_proposed(Proposal.objects.open() if proposals is None else proposals, niks, kk_number),
    ]
    told = {one.member for one in found if one.is_same}
    found += [one for one in _alike(user, village, members) if one.member not in told]
    return sorted(found, key=lambda one: (not one.is_same, one.member))


def _by_nik(user: User, niks: Mapping[str, int]) -> list[Registered]:
    # Row policies let through the regency; a TKSK sees part of it.
    known = Person.objects.active().filter(nik__in=niks).select_related("village__parent")
    mine = set(known.visible_to(user).values_list("pk", flat=True))
    found = []
    for person in known:
        if person.pk in mine:
            text = (
                f"NIK ini terdaftar atas nama {person.name},"
                f" {person.village.full_name}, {person.village.parent.full_name}."
            )
            found.append(
                Registered(niks[person.nik], text, True, _household_url(person.household_id))
            )
        else:
            found.append(Registered(niks[person.nik], f"NIK ini {BEYOND}", True))
    return found + [
        Registered(niks[nik], f"NIK ini {ELSEWHERE}", True)
        for nik in _elsewhere("beneficiaries_elsewhere", list(niks))
    ]


def _by_kk(user: User, kk_number: str) -> list[Registered]:
    if not kk_number:
        return []
    known = Household.objects.active().filter(kk_number=kk_number).select_related("village__parent")
    mine = set(known.visible_to(user).values_list("pk", flat=True))
    found = [
        Registered(
            0,
            f"Nomor KK ini terdaftar di {household.village.full_name},"
            f" {household.village.parent.full_name}. Usulkan keluarga terdaftar itu.",
            True,
            _household_url(household.pk),
        )
        if household.pk in mine
        else Registered(0, f"Nomor KK ini {BEYOND}", True)
        for household in known
    ]
    return found + [
        Registered(0, f"Nomor KK ini {ELSEWHERE}", True)
        for _ in _elsewhere("beneficiaries_kk_elsewhere", [kk_number])
    ]


def _elsewhere(function: str, numbers: list[str]) -> list[str]:
    if not numbers:
        return []
    with connection.cursor() as cursor:
        # The name of the function is one of this module's own constants.
        cursor.execute(f"SELECT DISTINCT number FROM {function}(%s) AS f (number, code)", [numbers])
        return [row[0] for row in cursor.fetchall()]


def _proposed(
    waiting: QuerySet[Proposal], niks: Mapping[str, int], kk_number: str
) -> list[Registered]:
    members = ProposalMember.objects.filter(proposal__in=waiting, nik__in=niks)
    found = [
        Registered(niks[nik], f"NIK ini ada dalam usulan {pk} yang belum diputus.", True)
        for nik, pk in members.values_list("nik", "proposal_id")
    ]
    if kk_number:
        found += [
            Registered(0, f"Nomor KK ini ada dalam usulan {pk} yang belum diputus.", True)
            for pk in waiting.filter(kk_number=kk_number).values_list("pk", flat=True)
        ]
    return found


def _alike(user: User, village: Region, members: Sequence[Mapping[str, str]]) -> list[Registered]:
    born = {date.fromisoformat(one["birth_date"]) for one in members if one["birth_date"]}
    if not born:
        return []
    near = list(
        Person.objects.active()
        .visible_to(user)
        .filter(village=village, birth_date__in=born)
        .only("name", "birth_date", "household_id")
    )
    return [
        Registered(
            place,
            f"{person.name} dengan tanggal lahir yang sama sudah terdaftar di desa ini."
            " Pastikan bukan orang yang sama.",
            False,
            _household_url(person.household_id),
        )
        for place, one in enumerate(members, start=1)
        for person in near
        if one["birth_date"] == person.birth_date.isoformat()
        and same_name(one["name"], person.name)
    ]


def _household_url(pk: int) -> str:
    return reverse("admin:beneficiaries_household_change", args=[pk])
