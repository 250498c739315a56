"""What must hold of rounds, cases, endorsements and decrees."""

from django.db import connection
from django.db.models import Q

from beneficiaries.health import Check
from regions.models import Region
from verification import endorsed
from verification.figures.rounds import balance
from verification.figures.summary import kinds_differ
from verification.models import Case, Endorsement, Round

TOLD = 20


def counts_agree() -> list[str]:
    """Start, with those who joined, plus entered minus left is the end, by regency and round."""
    broken = []
    for round in Round.objects.exclude(status=Round.Status.DISIAPKAN):
        for place in balance(Case.objects.filter(round=round)):
            if place.start + place.joined + place.entered - place.left != place.end:
                broken.append(
                    f"{Region.objects.get(pk=place.regency)} pada {round}: awal {place.start},"
                    f" bergabung {place.joined}, masuk {place.entered}, keluar {place.left}, tetapi"
                    f" akhir {place.end}."
                )
    return broken[:TOLD]


def decided_means_who_and_when() -> list[str]:
    undecided = Q(decided_by=None) | Q(decided_at=None)
    cases = Case.objects.approved().filter(undecided).order_by("pk").values_list("pk", flat=True)
    return [f"Kasus {pk} terverifikasi tanpa siapa atau kapan." for pk in cases[:TOLD]]


def leaving_means_reason() -> list[str]:
    cases = Case.objects.filter(result=Case.Result.KELUAR, reason="").order_by("pk")
    pks = cases.values_list("pk", flat=True)
    return [f"Kasus {pk} keluar tanpa alasan." for pk in pks[:TOLD]]


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
    return broken[:TOLD]


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
        cursor.execute(_WITHOUT_CASE, {"moments": moments, "told": TOLD})
        return [
            f"Kepesertaan keluarga {household} {what} oleh penetapan tanpa kasusnya."
            for household, what in cursor.fetchall()
        ]


def cases_are_counted() -> list[str]:
    """The numbers of the summary are those of the cases."""
    return [
        f"{round}: angka ringkasan menyimpang {differing} kasus dari daftarnya."
        for round in Round.objects.all()
        if (differing := kinds_differ(round))
    ][:TOLD]


CHECKS = (
    Check(
        "verifikasi-jumlah",
        "Jumlah putaran cocok",
        "Awal + masuk − keluar = akhir.",
        counts_agree,
    ),
    Check(
        "verifikasi-putusan",
        "Putusan bernama dan bertanggal",
        "Kasus terverifikasi menyebut siapa dan kapan.",
        decided_means_who_and_when,
    ),
    Check(
        "verifikasi-alasan",
        "Keluar beralasan",
        "Keluarga yang keluar mempunyai alasan.",
        leaving_means_reason,
    ),
    Check(
        "pengesahan-sidik",
        "Daftar yang disahkan utuh",
        "Sidik yang tercetak sama dengan yang dihitung ulang.",
        endorsed_lists_keep_their_hash,
    ),
    Check(
        "penetapan-kasus",
        "Penetapan menurut kasus",
        "Kepesertaan hanya dimulai dan diakhiri penetapan dengan kasusnya.",
        decrees_change_by_case_only,
    ),
    Check(
        "verifikasi-angka",
        "Angka ringkasan cocok",
        "Angka ringkasan sama dengan jumlah kasusnya.",
        cases_are_counted,
    ),
)
