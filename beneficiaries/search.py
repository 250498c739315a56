"""Finding families and persons by what somebody typed: a name, or one of their numbers.

Both ways end in a short list of ids, found through an index inside the user's scope; the lists then
filter by these ids. A name goes through the SQL function `beneficiaries_search`, which applies the
scope itself (docs/adr/0004).
"""

import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import User
from beneficiaries.models import Card, Household, Person

AT_MOST = 1000
FEWEST_DIGITS = 6  # of a number's beginning; fewer would match whole regencies

_SEPARATORS = re.compile(r"[\s.\-'’`]+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Found:
    """Ids of what was found, at most AT_MOST; `is_capped` says that there are more."""

    ids: list[int]
    is_capped: bool = False


def digits_of(text: str) -> str:
    """The number that was typed, "" if it is a name.

    >>> digits_of("6203 0815 0703 9017"), digits_of("siti 2")
    ('6203081507039017', '')
    """
    joined = _SEPARATORS.sub("", text)
    return joined if joined.isascii() and joined.isdigit() else ""


def words_query(text: str) -> str:
    """What `to_tsquery` gets: every word of the name in any order, the last one as a beginning.

    Words with digits and single letters count in full only: their beginnings would meet the codes
    of places that stand among the words of a name.

    >>> words_query("rahmah Sit"), words_query("M. Ali-R"), words_query("'|&")
    ('rahmah & sit:*', 'm & ali & r', '')
    """
    words = [word.lower() for word in _WORD.findall(text)]
    if words and len(words[-1]) > 1 and words[-1].isalpha():
        words[-1] += ":*"
    return " & ".join(words)


def _places_query(user: User, within: str) -> str:
    """Place words that narrow a name search to the user's kecamatan and to a chosen place."""

    def word(code: str) -> str:
        code = code[:8].replace(".", "")
        return ("k" if len(code) == 6 else "r") + code

    scope = user.scope
    parts = [word(within)] if len(within) > 2 else []
    if not scope.is_province and any(len(code) > 5 for code in scope.codes):
        parts.append("(" + " | ".join(sorted({word(code) for code in scope.codes})) + ")")
    return "".join(f" & {part}" for part in parts)


def _by_name(user: User, text: str, within: str) -> tuple[Found, Found]:
    """The families and the persons of this name."""
    query = words_query(text)
    if not query or not user.scope.codes:
        return Found([]), Found([])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT household_id, id FROM beneficiaries_person"
            " WHERE id IN (SELECT beneficiaries_search(to_tsquery('simple', %s), %s))",
            [f"{query}{_places_query(user, within)}", AT_MOST + 1],
        )
        rows = cursor.fetchall()
    is_capped = len(rows) > AT_MOST
    households, persons = (
        (sorted(set(ids)) for ids in zip(*rows, strict=True)) if rows else ([], [])
    )
    return Found(households[:AT_MOST], is_capped), Found(persons[:AT_MOST], is_capped)


def _number(field: str, digits: str, *, beginnings: bool) -> Q:
    """Equal to the number, or beginning with it: a range, which any index on the field serves."""
    if not beginnings:
        return Q(**{field: digits})
    after = str(int(digits) + 1).zfill(len(digits))
    if len(after) > len(digits):
        return Q(**{f"{field}__gte": digits})
    return Q(**{f"{field}__gte": digits, f"{field}__lt": after})


def _households_by_number(user: User, digits: str) -> list[QuerySet]:
    # Whoever may not see a number in full must not find it out by trying its beginnings.
    beginnings = user.has_perm("accounts.reveal_identity") and FEWEST_DIGITS <= len(digits) < 16
    queries = [
        Card.objects.visible_to(user)
        .filter(_number("card_number", digits, beginnings=beginnings))
        .values_list("household_id"),
        Household.objects.visible_to(user)
        .filter(_number("kk_number", digits, beginnings=beginnings))
        .values_list("pk"),
        Household.objects.visible_to(user)
        .filter(_number("dtks_id", digits, beginnings=beginnings))
        .values_list("pk"),
    ]
    return [query.order_by()[: AT_MOST + 1] for query in queries]


def _persons_by_nik(user: User, digits: str) -> QuerySet:
    beginnings = user.has_perm("accounts.reveal_identity") and FEWEST_DIGITS <= len(digits) < 16
    return (
        Person.objects.visible_to(user)
        .filter(_number("nik", digits, beginnings=beginnings))
        .order_by()[: AT_MOST + 1]
    )


def _first(ids: set[int]) -> Found:
    return Found(sorted(ids)[:AT_MOST], len(ids) > AT_MOST)


def find_persons(user: User, text: str, *, within: str = "") -> Found:
    """Persons by name or NIK, or as members of the family with this KK, KKS or ID DTKS.

    `within` narrows a name search to a regency or kecamatan by its code.
    """
    digits = digits_of(text)
    if not digits:
        return _with_members(user, _by_name(user, text, within)[1], text)
    parts = _households_by_number(user, digits)
    households = {row[0] for row in parts[0].union(*parts[1:], all=True)}
    ids = set(_persons_by_nik(user, digits).values_list("pk", flat=True))
    if households:
        members = Person.objects.visible_to(user).filter(household__in=households)
        ids.update(members.order_by()[: AT_MOST + 1].values_list("pk", flat=True))
    return _first(ids)


def find_households(user: User, text: str, *, within: str = "") -> Found:
    """Families by the name or NIK of a member, by KK, KKS or ID DTKS."""
    digits = digits_of(text)
    if not digits:
        return _with_household(user, _by_name(user, text, within)[0], text)
    parts = _households_by_number(user, digits)
    members = _persons_by_nik(user, digits).values_list("household_id")
    return _first({row[0] for row in members.union(*parts, all=True)})


def find(user: User, text: str) -> tuple[Found, Found]:
    """Families and persons at once: what `find_households` and `find_persons` find."""
    if digits_of(text):
        households = find_households(user, text)
        # A number that no family has, and no member of one, is no person's either.
        return households, find_persons(user, text) if households.ids else Found([])
    households, persons = _by_name(user, text, "")
    return _with_household(user, households, text), _with_members(user, persons, text)


def _with_household(user: User, by_name: Found, text: str) -> Found:
    found = _first({*by_name.ids, *_household_by_dtks_id(user, text)})
    return Found(found.ids, by_name.is_capped or found.is_capped)


def _with_members(user: User, by_name: Found, text: str) -> Found:
    households = _household_by_dtks_id(user, text)
    if not households:
        return by_name
    members = Person.objects.visible_to(user).filter(household__in=households)
    found = _first({*by_name.ids, *members.values_list("pk", flat=True)})
    return Found(found.ids, by_name.is_capped or found.is_capped)


def _household_by_dtks_id(user: User, text: str) -> list[int]:
    """An ID DTKS may hold letters; then it is found by its exact spelling only."""
    text = text.strip()
    if " " in text or not any(character.isdigit() for character in text):
        return []
    found = Household.objects.visible_to(user).filter(dtks_id=text).order_by()
    return list(found.values_list("pk", flat=True))
