"""What must hold of endorsed lists and decrees."""

from django.db import connection

from beneficiaries.health import AT_MOST, Check
from verification import endorsed
from verification.models import Endorsement


def endorsed_lists_keep_their_hash() -> list[str]:
    """The hash that was printed is that of the list, and the cases are still what it says."""
    broken = []
    standing = Endorsement.objects.standing().select_related("round", "region")
    for endorsement in standing:
        if endorsed.hash_of(endorsement) != endorsement.list_hash:
            broken.append(f"{endorsement}: isi daftar tidak sesuai dengan sidiknya.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.endorsement_id, count(*) FROM verification_endorsementitem i"
            " JOIN verification_case c ON c.id = i.case_id"
            " WHERE i.endorsement_id = ANY (%s)"
            " AND (c.status <> 'DISETUJUI' OR c.result <> i.result)"
            " GROUP BY i.endorsement_id",
            [[endorsement.pk for endorsement in standing]],
        )
        drifted = dict(cursor.fetchall())
    broken += [
        f"{endorsement}: {drifted[endorsement.pk]} kasus tidak lagi seperti yang disahkan."
        for endorsement in standing
        if endorsement.pk in drifted
    ]
    return broken[:AT_MOST]


_WITHOUT_CASE = """
SELECT x.household_id, x.what FROM (
    SELECT e.household_id, 'dimulai' AS what, e.created_at AS at, e.source_user_id
    FROM beneficiaries_enrollment e WHERE e.created_at = ANY (%(moments)s)
    UNION ALL
    SELECT e.household_id, 'diakhiri', e.changed_at, e.source_user_id
    FROM beneficiaries_enrollment e
    WHERE e.changed_at = ANY (%(moments)s) AND e.created_at <> e.changed_at
        AND e.ended_on IS NOT NULL
) x
WHERE NOT EXISTS (
    SELECT FROM verification_decree d
    JOIN verification_endorsementitem i ON i.endorsement_id = d.endorsement_id
    JOIN verification_case c ON c.id = i.case_id
    WHERE d.applied_at = x.at AND d.applied_by_id = x.source_user_id
        AND c.household_id = x.household_id
        AND c.result = CASE x.what WHEN 'dimulai' THEN 'MASUK' ELSE 'KELUAR' END)
ORDER BY x.household_id LIMIT %(told)s
"""


def decrees_change_by_case_only() -> list[str]:
    """No enrolment that a decree has begun or ended is without the case that says so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_agg(applied_at), '{}') FROM verification_decree"
            " WHERE applied_at IS NOT NULL"
        )
        moments = cursor.fetchone()[0]
        if not moments:
            return []
        cursor.execute(_WITHOUT_CASE, {"moments": moments, "told": AT_MOST})
        return [
            f"Kepesertaan keluarga {household} {what} oleh penetapan tanpa kasusnya."
            for household, what in cursor.fetchall()
        ]


CHECKS = (
    Check(
        "pengesahan-sidik",
        "Daftar yang disahkan utuh",
        "Sidik yang tercetak sama dengan yang dihitung ulang, dan kasusnya tetap seperti disahkan.",
        endorsed_lists_keep_their_hash,
    ),
    Check(
        "penetapan-kasus",
        "Penetapan menurut kasus",
        "Kepesertaan hanya dimulai dan diakhiri penetapan dengan kasusnya.",
        decrees_change_by_case_only,
    ),
)
