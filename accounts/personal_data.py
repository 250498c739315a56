"""Which fields hold personal data, and the words in which every layer declares its own.

Each app declares every field of every model in a `personal_data.py` (DESIGN section 9);
tests/test_personal_data.py fails on a field that nobody has declared. History tables hold the
fields of the model they follow and need no words of their own.
"""

from enum import Enum


class Data(Enum):
    """UU 27/2022, article 4: general and specific personal data (financial, children), the rest."""

    PERSONAL = "umum"
    SPECIFIC = "spesifik"
    NOT_PERSONAL = "bukan data pribadi"


def declared(*, personal: str = "", specific: str = "", not_personal: str = "") -> dict[str, Data]:
    """Field names, separated by spaces, each with what it is; a name given twice is an error.

    >>> declared(personal="name", not_personal="id")["name"]
    <Data.PERSONAL: 'umum'>
    """
    fields = {}
    for kind, names in (
        (Data.PERSONAL, personal),
        (Data.SPECIFIC, specific),
        (Data.NOT_PERSONAL, not_personal),
    ):
        for name in names.split():
            if name in fields:
                raise ValueError(f"{name} is declared twice")
            fields[name] = kind
    return fields


# Regions are public reference data; they lie below this layer and are declared here.
PERSONAL_DATA = {
    "regions.Region": declared(
        not_personal="code name level kind parent bps_code postcode latitude longitude regency_code"
    ),
    "regions.Holiday": declared(not_personal="day name legal_basis"),
    "accounts.User": declared(
        personal="username password full_name email phone role bank last_login date_joined",
        not_personal="id is_active is_staff is_superuser groups user_permissions wants_digest"
        " digest_sent_on",
    ),
    "accounts.RegionAssignment": declared(personal="user region", not_personal="id"),
    "accounts.AccessLog": declared(
        personal="kind user at subject purpose", not_personal="id region regency_code row_count"
    ),
    "accounts.Notification": declared(
        personal="user text", not_personal="id topic url created_at read_at"
    ),
}
