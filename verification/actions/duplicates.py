"""Decisions on register entries that may be the same person: merge, or say they are not."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_role
from beneficiaries.actions import merge_persons, unmerge_persons
from beneficiaries.models import Person
from verification.actions.matching import tell
from verification.models import DuplicateGroup, Merge

Status = DuplicateGroup.Status


def _decidable(group: DuplicateGroup, by: User) -> DuplicateGroup:
    """The group, locked. Who decides must be responsible for every member's place."""
    require_role(by, "verification.merge_duplicategroup")
    group = DuplicateGroup.objects.select_for_update().get(pk=group.pk)
    places = group.members.values_list("village_id", flat=True)
    if group.crosses_regencies and not by.scope.is_province:
        raise PermissionDenied(
            "Data ganda ini lintas kabupaten/kota, jadi diputuskan Koordinator provinsi."
        )
    if not all(by.scope.contains(place) for place in places):
        raise PermissionDenied("Data ganda ini di luar wilayah tugas Anda.")
    return group


def _move(group: DuplicateGroup, status: str, *, by: User | None) -> None:
    if status not in DuplicateGroup.TRANSITIONS[group.status]:
        raise ValidationError(
            f"Data ganda ini sudah berstatus {group.get_status_display().lower()}."
            " Muat ulang halaman ini."
        )
    group.status = status
    group.decided_by = by
    group.decided_at = timezone.now() if by else None
    group.save()


@transaction.atomic
def merge(group: DuplicateGroup, *, survivor: Person, by: User) -> list[Merge]:
    """Take all other members of the group into the survivor."""
    group = _decidable(group, by)
    members = [member.person for member in group.members.select_related("person")]
    if survivor not in members:
        raise ValidationError("Pilih salah satu orang dalam kelompok ini.")
    _move(group, Status.DIGABUNG, by=by)
    merges = []
    for person in members:
        if person.pk != survivor.pk and person.is_active:
            merges.append(
                Merge.objects.create(
                    group=group,
                    survivor=survivor,
                    merged=person,
                    village_id=person.village_id,
                    before=merge_persons(survivor, person, by=by),
                    by=by,
                )
            )
    tell({member.village_id for member in members})
    if not merges:
        raise ValidationError("Tidak ada lagi data aktif yang dapat digabung dalam kelompok ini.")
    return merges


@transaction.atomic
def not_the_same(group: DuplicateGroup, *, by: User) -> DuplicateGroup:
    """The members are different persons; the same group is not brought up again."""
    group = _decidable(group, by)
    _move(group, Status.BUKAN_SAMA, by=by)
    return group


@transaction.atomic
def undo(group: DuplicateGroup, *, by: User) -> DuplicateGroup:
    """Open a decided group again; merges go back, the last one first."""
    group = _decidable(group, by)
    if group.status == Status.DIGABUNG:
        done = group.merges.filter(undone_at=None).select_related("survivor", "merged")
        for one in done.order_by("-pk"):
            unmerge_persons(one.survivor, one.merged, one.before, by=by)
            one.undone_by, one.undone_at = by, timezone.now()
            one.save(update_fields=["undone_by", "undone_at"])
            tell({one.survivor.village_id, one.merged.village_id})
    _move(group, Status.TERBUKA, by=None)
    return group
