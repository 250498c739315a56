"""Who is in a round: its starting list, as it would be at this moment.

Set-based: a list of 300,000 families is one statement, for the preview as for the opening.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from regions.models import Region
from verification import risks
from verification.models import Round

_STRATA = {
    Round.Stratum.KECAMATAN: "left(h.village_id, 8)",
    Round.Stratum.DESA: "h.village_id::text",
    Round.Stratum.DESIL: "h.regency_code || '/' || coalesce(h.decile::text, '-')",
    "": "''",
}
_CHOSEN = {
    Round.Choice.SEMUA: "true",
    # The same seed draws the same families, in whatever order the table gives them.
    Round.Choice.SAMPEL: (
        "row_number() OVER (PARTITION BY {stratum} ORDER BY md5(%(seed)s || ':' || h.id), h.id)"
        " <= ceil(count(*) OVER (PARTITION BY {stratum}) * %(share)s / 100.0)"
    ),
    Round.Choice.RISIKO: "coalesce(found.risks, '{{}}') && %(risks)s::varchar[]",
}


def starting_list(round: Round, *, with_risks: bool) -> tuple[str, dict]:
    """SQL and its values: household_id, village_id, regency_code, stratum, risks, is_chosen for
    every KPM of the regencies of the round. A stratum of n families gives at least one.

    Without `with_risks` only the risks that choose are looked for.
    """
    by_risk = round.choice == Round.Choice.RISIKO
    codes = list(risks.RISKS) if with_risks else list(round.risks) if by_risk else []
    found = f"LEFT JOIN ({risks.found_sql(codes)}) found ON found.household_id = h.id"
    stratum = _STRATA[round.stratum if round.choice == Round.Choice.SAMPEL else ""]
    sql = f"""
        SELECT h.id AS household_id, h.village_id, h.regency_code, {stratum} AS stratum,
            {"coalesce(found.risks, '{}')" if codes else "'{}'::varchar[]"} AS risks,
            {_CHOSEN[round.choice].format(stratum=stratum)} AS is_chosen
        FROM beneficiaries_household h
        {found if codes else ""}
        WHERE h.is_active
            AND h.regency_code IN (
                SELECT region_id FROM verification_roundregion WHERE round_id = %(round)s)
            AND h.id IN (
                SELECT e.household_id FROM beneficiaries_enrollment e
                JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
                WHERE e.ended_on IS NULL)
    """
    return sql, {
        "round": round.pk,
        "seed": str(round.sample_seed),
        "share": round.sample_share,
        "risks": round.risks,
        "today": timezone.localdate(),
        "unseen_months": round.unseen_months,
    }


@dataclass(frozen=True)
class Stratum:
    name: str
    families: int
    chosen: int


@dataclass(frozen=True)
class Preview:
    """What opening the round would choose in one regency."""

    code: str
    name: str
    families: int
    chosen: int
    strata: tuple[Stratum, ...]


def preview(round: Round) -> list[Preview]:
    """Families and chosen ones by regency, each with its strata where a sample is drawn."""
    sql, values = starting_list(round, with_risks=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT regency_code, stratum, count(*), count(*) FILTER (WHERE is_chosen)"
            f" FROM ({sql}) list GROUP BY 1, 2 ORDER BY 1, 2",
            values,
        )
        rows = cursor.fetchall()
    names = Region.objects.in_bulk(
        [code for regency, stratum, *_ in rows for code in (regency, stratum)]
    )
    strata = defaultdict(list)
    for regency, stratum, families, chosen in rows:
        strata[regency].append(Stratum(_stratum_name(stratum, names), families, chosen))
    return [
        Preview(
            code=code,
            name=names[code].full_name,
            families=sum(part.families for part in parts),
            chosen=sum(part.chosen for part in parts),
            strata=tuple(parts) if round.choice == Round.Choice.SAMPEL else (),
        )
        for code, parts in strata.items()
    ]


def _stratum_name(stratum: str, names: dict[str, Region]) -> str:
    if "/" in stratum:
        decile = stratum.partition("/")[2]
        return "Tanpa desil" if decile == "-" else f"Desil {decile}"
    return names[stratum].full_name if stratum in names else ""
