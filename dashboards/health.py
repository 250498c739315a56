"""The figures of the dashboards against the rows that they sum."""

from collections.abc import Collection
from functools import partial

from beneficiaries.health import Check, told
from dashboards.history import KEPT
from dashboards.payouts import COUNTED
from distribution import chain

# A village in which something has changed since it was counted says nothing, nor does one that was
# filled today and not counted yet.
_FIGURES_OFF = """
SELECT village_id AS village, coalesce(f.persons, 0) AS persons,
    coalesce(p.persons, 0) AS counted, coalesce(f.invalid_nik, 0) AS invalid,
    coalesce(p.invalid, 0) AS counted_invalid, coalesce(f.matched, 0) AS matched,
    coalesce(p.matched, 0) AS counted_matched, coalesce(f.kpm, 0) AS kpm,
    coalesce(k.kpm, 0) AS counted_kpm, coalesce(f.households, 0) AS households,
    coalesce(k.households, 0) AS counted_households
FROM dashboards_villagefigures f
FULL JOIN (
    SELECT village_id, count(*) FILTER (WHERE is_active) AS persons,
        count(*) FILTER (WHERE is_active AND NOT nik_valid) AS invalid,
        count(nik_confirmed_on) FILTER (WHERE is_active) AS matched,
        max(changed_at) AS changed_at
    FROM beneficiaries_person GROUP BY 1
) p USING (village_id)
FULL JOIN (
    SELECT h.village_id, max(greatest(h.changed_at, e.changed_at)) AS changed_at,
        count(DISTINCT h.id) FILTER (WHERE h.is_active) AS households,
        count(DISTINCT h.id) FILTER (WHERE h.is_active AND e.ended_on IS NULL AND m.is_sembako)
            AS kpm
    FROM beneficiaries_household h
    LEFT JOIN beneficiaries_enrollment e ON e.household_id = h.id
    LEFT JOIN beneficiaries_programme m ON m.code = e.programme_id
    GROUP BY 1
) k USING (village_id)
WHERE coalesce(greatest(p.changed_at, k.changed_at)
        <= coalesce(f.counted_at, now() - interval '1 day'), true)
    AND (coalesce(f.persons, 0), coalesce(f.invalid_nik, 0), coalesce(f.matched, 0),
            coalesce(f.kpm, 0), coalesce(f.households, 0))
        <> (coalesce(p.persons, 0), coalesce(p.invalid, 0), coalesce(p.matched, 0),
            coalesce(k.kpm, 0), coalesce(k.households, 0))
ORDER BY 1
"""

# A village in which a family, person or case has changed since the count says nothing.
_REGISTERS_OFF = """
SELECT village_id AS village, register, coalesce(f.kpm, 0) AS kpm,
    coalesce(f.households, 0) AS households, coalesce(f.persons, 0) AS persons,
    coalesce(c.kpm, 0) AS counted_kpm, coalesce(c.households, 0) AS counted_households,
    coalesce(c.persons, 0) AS counted
FROM dashboards_registerfigures f
FULL JOIN (
    SELECT h.village_id, h.register,
        max(max(greatest(h.changed_at, k.changed_at, p.changed_at, d.changed_at)))
            OVER (PARTITION BY h.village_id) AS changed_at,
        count(*) FILTER (WHERE h.is_active AND k.is_kpm) AS kpm,
        count(*) FILTER (WHERE h.is_active) AS households,
        coalesce(sum(p.persons), 0) AS persons, coalesce(sum(p.invalid_nik), 0) AS invalid_nik,
        coalesce(sum(p.matched), 0) AS matched,
        count(*) FILTER (WHERE h.is_active AND h.kk_number ~ '^[1-9][0-9]{15}$') AS valid_kk,
        count(*) FILTER (WHERE h.is_active AND h.address <> '') AS addressed,
        count(*) FILTER (WHERE h.is_active AND d.last_on > v.counted_at::date - 365) AS checked
    FROM beneficiaries_household h
    LEFT JOIN dashboards_villagefigures v USING (village_id)
    LEFT JOIN (
        SELECT household_id, bool_or(e.ended_on IS NULL AND m.is_sembako) AS is_kpm,
            max(e.changed_at) AS changed_at
        FROM beneficiaries_enrollment e JOIN beneficiaries_programme m ON m.code = e.programme_id
        GROUP BY 1
    ) k ON k.household_id = h.id
    LEFT JOIN (
        SELECT household_id, max(changed_at) AS changed_at,
            count(*) FILTER (WHERE is_active) AS persons,
            count(*) FILTER (WHERE is_active AND NOT nik_valid) AS invalid_nik,
            count(nik_confirmed_on) FILTER (WHERE is_active) AS matched
        FROM beneficiaries_person GROUP BY 1
    ) p ON p.household_id = h.id
    LEFT JOIN (
        SELECT household_id, max(changed_at) AS changed_at,
            max(decided_at AT TIME ZONE 'Asia/Jakarta')
                FILTER (WHERE status = 'DISETUJUI')::date AS last_on
        FROM verification_case GROUP BY 1
    ) d ON d.household_id = h.id
    GROUP BY 1, 2
) c USING (village_id, register)
LEFT JOIN dashboards_villagefigures v USING (village_id)
WHERE coalesce(c.changed_at <= coalesce(v.counted_at, now() - interval '1 day'), true)
    AND (coalesce(f.kpm, 0), coalesce(f.households, 0), coalesce(f.persons, 0),
            coalesce(f.invalid_nik, 0), coalesce(f.matched, 0), coalesce(f.valid_kk, 0),
            coalesce(f.addressed, 0), coalesce(f.checked, 0))
        <> (coalesce(c.kpm, 0), coalesce(c.households, 0), coalesce(c.persons, 0),
            coalesce(c.invalid_nik, 0), coalesce(c.matched, 0), coalesce(c.valid_kk, 0),
            coalesce(c.addressed, 0), coalesce(c.checked, 0))
ORDER BY 1, 2
"""

# A period in which something has changed since it was counted says nothing, nor does one listed
# today that was not counted yet.
# Registers are left out: a family may change its own without a payment that changes.
_PAYOUT_OFF = """
SELECT d.name AS period, village_id AS village, coalesce(b.short_name, 'tanpa bank') AS bank,
    coalesce(f.payments, 0) AS payments, coalesce(f.credited_amount, 0) AS credited,
    coalesce(f.spent_amount, 0) AS spent, coalesce(p.payments, 0) AS counted,
    coalesce(p.credited_amount, 0) AS counted_credited, coalesce(p.spent_amount, 0) AS counted_spent
FROM (
    SELECT period_id, village_id, coalesce(bank_id, '') AS bank, min(counted_at) AS counted_at,
        {sums}
    FROM dashboards_payoutfigures GROUP BY 1, 2, 3
) f FULL JOIN (
    SELECT period_id, village_id, coalesce(bank_id, '') AS bank,
        max(max(changed_at)) OVER (PARTITION BY period_id, regency_code) AS changed_at,
        count(*) AS payments, sum(amount) AS planned,
        count(*) FILTER (WHERE topped_up_amount > 0) AS credited,
        sum(topped_up_amount) AS credited_amount,
        count(*) FILTER (WHERE status = ANY (%(failed)s)) AS failed,
        coalesce(sum(amount) FILTER (WHERE status = ANY (%(failed)s)), 0) AS failed_amount,
        count(*) FILTER (WHERE spent_amount > 0) AS spent, sum(spent_amount) AS spent_amount,
        count(*) FILTER (WHERE {unspent}) AS unspent,
        count(*) FILTER (WHERE {unspent} AND topped_up_on <= counted_on - 30) AS unspent_30,
        count(*) FILTER (WHERE {unspent} AND topped_up_on <= counted_on - 60) AS unspent_60,
        count(*) FILTER (WHERE {unspent} AND topped_up_on <= counted_on - 90) AS unspent_90
    FROM distribution_payment LEFT JOIN (
        SELECT period_id, regency_code,
            (min(counted_at) AT TIME ZONE 'Asia/Jakarta')::date AS counted_on
        FROM dashboards_payoutfigures GROUP BY 1, 2
    ) counted USING (period_id, regency_code)
    GROUP BY 1, 2, 3, regency_code
) p USING (period_id, village_id, bank)
JOIN distribution_payoutperiod d ON d.id = period_id
LEFT JOIN beneficiaries_bank b ON b.code = bank
WHERE (p.changed_at IS NULL OR p.changed_at <= coalesce(f.counted_at, now() - interval '1 day'))
    AND ({of_figures}) IS DISTINCT FROM ({of_payments})
ORDER BY d.id, 2, 3
""".format(
    sums=", ".join(f"sum({name}) AS {name}" for name in COUNTED),
    unspent="topped_up_amount > 0 AND spent_amount = 0 AND refunded_amount = 0",
    of_figures=", ".join(f"f.{name}" for name in COUNTED),
    of_payments=", ".join(f"p.{name}" for name in COUNTED),
)


def _unequal(sums: str, villages: str, keys: str, counted: Collection[str]) -> str:
    """Sums by kabupaten/kota without their villages, and the other way round; both are written
    together, so that they agree at any moment."""
    names = ", ".join(f"sum({name})" for name in counted)
    one, other = (
        f"SELECT {keys}, {names} FROM {table} GROUP BY {keys}" for table in (sums, villages)
    )
    return f"(({one} EXCEPT {other}) UNION ALL ({other} EXCEPT {one}))"


_PAYOUT_SUMS_OFF = f"""
SELECT DISTINCT d.name AS period, r.name AS regency, d.id, r.code
FROM {
    _unequal(
        "dashboards_regencypayout",
        "dashboards_payoutfigures",
        "period_id, regency_code, bank_id, register",
        COUNTED,
    )
} unequal
JOIN distribution_payoutperiod d ON d.id = period_id
JOIN regions_region r ON r.code = unequal.regency_code
ORDER BY d.id, r.code
"""
_MONTH_SUMS_OFF = f"""
SELECT DISTINCT month, to_char(month, 'MM-YYYY') AS of_month, r.name AS regency, r.code
FROM {
    _unequal(
        "dashboards_regencymonth",
        "dashboards_villagemonth",
        "month, regency_code, register",
        KEPT,
    )
} unequal
JOIN regions_region r ON r.code = unequal.regency_code
ORDER BY month, r.code
"""

# A village in which a family or a case has changed since it was counted says nothing.
_QUALITY_OFF = """
SELECT f.village_id AS village, f.valid_kk, f.addressed, f.checked,
    coalesce(h.valid_kk, 0) AS counted_valid_kk, coalesce(h.addressed, 0) AS counted_addressed,
    coalesce(h.checked, 0) AS counted_checked
FROM dashboards_villagefigures f
LEFT JOIN (
    SELECT h.village_id, max(greatest(h.changed_at, c.changed_at)) AS changed_at,
        count(*) FILTER (WHERE h.is_active AND h.kk_number ~ '^[1-9][0-9]{15}$') AS valid_kk,
        count(*) FILTER (WHERE h.is_active AND h.address <> '') AS addressed,
        count(*) FILTER (WHERE h.is_active AND c.last_on > f.counted_at::date - 365) AS checked
    FROM beneficiaries_household h
    JOIN dashboards_villagefigures f USING (village_id)
    LEFT JOIN (
        SELECT household_id, max(changed_at) AS changed_at,
            max(decided_at AT TIME ZONE 'Asia/Jakarta')
                FILTER (WHERE status = 'DISETUJUI')::date AS last_on
        FROM verification_case GROUP BY 1
    ) c ON c.household_id = h.id
    GROUP BY 1
) h USING (village_id)
WHERE coalesce(h.changed_at <= f.counted_at, true) AND (f.valid_kk, f.addressed, f.checked)
    <> (coalesce(h.valid_kk, 0), coalesce(h.addressed, 0), coalesce(h.checked, 0))
ORDER BY 1
"""

# Where a case has changed since the count nothing is said, nor of a round opened since.
_ROUNDS_OFF = """
SELECT r.name AS round, village_id AS village,
    coalesce(f.cases, 0) AS cases, coalesce(f.sent, 0) AS sent,
    coalesce(f.returned, 0) AS returned, coalesce(f.approved, 0) AS approved,
    coalesce(c.cases, 0) AS counted, coalesce(c.sent, 0) AS counted_sent,
    coalesce(c.returned, 0) AS counted_returned, coalesce(c.approved, 0) AS counted_approved
FROM (
    SELECT round_id, village_id, sum(cases) AS cases, sum(sent) AS sent,
        sum(returned) AS returned, sum(approved) AS approved, min(counted_at) AS counted_at
    FROM dashboards_roundfigures GROUP BY 1, 2
) f FULL JOIN (
    SELECT round_id, village_id, max(changed_at) AS changed_at,
        count(*) FILTER (WHERE status <> 'BERAKHIR') AS cases,
        count(*) FILTER (WHERE status IN ('DIAJUKAN', 'DIKUNJUNGI')) AS sent,
        count(*) FILTER (WHERE status = 'DIKEMBALIKAN') AS returned,
        count(*) FILTER (WHERE status = 'DISETUJUI') AS approved
    FROM verification_case GROUP BY 1, 2
) c USING (round_id, village_id)
JOIN verification_round r ON r.id = round_id
WHERE coalesce(c.changed_at <= coalesce(f.counted_at, now() - interval '1 day'), true)
    AND (coalesce(f.cases, 0), coalesce(f.sent, 0), coalesce(f.returned, 0),
        coalesce(f.approved, 0)) <> (coalesce(c.cases, 0), coalesce(c.sent, 0),
        coalesce(c.returned, 0), coalesce(c.approved, 0))
ORDER BY r.id, 2
"""

_ROUND_DAYS_OFF = """
SELECT r.name AS round, regency.name AS regency, to_char(day, 'DD-MM-YYYY') AS day,
    coalesce(f.approved, 0) AS approved, coalesce(c.approved, 0) AS counted
FROM dashboards_roundday f FULL JOIN (
    SELECT round_id, regency_code AS regency_id, count(*) AS approved,
        (decided_at AT TIME ZONE 'Asia/Jakarta')::date AS day
    FROM verification_case WHERE status = 'DISETUJUI' GROUP BY 1, 2, 4
) c USING (round_id, regency_id, day)
JOIN verification_round r ON r.id = round_id
JOIN regions_region regency ON regency.code = regency_id
JOIN (
    SELECT round_id, regency_code AS regency_id, max(changed_at) AS changed_at
    FROM verification_case GROUP BY 1, 2
) changed USING (round_id, regency_id)
LEFT JOIN (
    SELECT round_id, regency_code AS regency_id, min(counted_at) AS counted_at
    FROM dashboards_roundfigures GROUP BY 1, 2
) counted USING (round_id, regency_id)
WHERE changed.changed_at <= coalesce(counted.counted_at, now() - interval '1 day')
    AND f.approved IS DISTINCT FROM c.approved
ORDER BY r.id, regency_id, f.day
"""

_MATCHING_OFF = """
SELECT batch_id AS batch, district_id AS district, coalesce(f.people, 0) AS people,
    coalesce(f.latest, 0) AS latest, coalesce(f.nik_changed, 0) AS nik_changed,
    coalesce(m.people, 0) AS counted, coalesce(m.latest, 0) AS counted_latest,
    coalesce(m.nik_changed, 0) AS counted_nik_changed
FROM (
    SELECT batch_id, district_id, sum(people) AS people, sum(latest) AS latest,
        sum(nik_changed) AS nik_changed, min(counted_at) AS counted_at
    FROM dashboards_matchfigures GROUP BY 1, 2
) f FULL JOIN (
    SELECT batch_id, left(village_id, 8) AS district_id, max(matched_at) AS matched_at,
        count(*) AS people, count(*) FILTER (WHERE is_latest) AS latest,
        count(*) FILTER (WHERE nik_changed) AS nik_changed
    FROM verification_matchresult WHERE state = 'OTOMATIS' GROUP BY 1, 2
) m USING (batch_id, district_id)
WHERE coalesce(m.matched_at <= coalesce(f.counted_at, now() - interval '1 day'), true)
    AND (f.people, f.latest, f.nik_changed) IS DISTINCT FROM (m.people, m.latest, m.nik_changed)
ORDER BY 1, 2
"""

CHECKS = (
    Check(
        "angka-mutu-desa",
        "Bagian mutu data beranda sama dengan isi register",
        "Keluarga dengan nomor KK sah, beralamat, dan diperiksa dalam setahun per desa/kelurahan"
        " sama dengan baris yang dihitungnya.",
        partial(
            told,
            "Desa/kelurahan {village}: beranda menyebut {valid_kk} nomor KK sah, {addressed}"
            " beralamat, dan {checked} diperiksa; register berisi {counted_valid_kk},"
            " {counted_addressed}, dan {counted_checked}.",
            _QUALITY_OFF,
        ),
    ),
    Check(
        "angka-putaran",
        "Angka putaran beranda sama dengan kasusnya",
        "KPM, lembar terkirim, dikembalikan, dan terverifikasi per putaran dan desa/kelurahan sama"
        " dengan kasus yang dihitungnya.",
        partial(
            told,
            "{round}, desa/kelurahan {village}: beranda menyebut {cases} KPM, {sent} terkirim,"
            " {returned} dikembalikan, dan {approved} terverifikasi; kasusnya {counted},"
            " {counted_sent}, {counted_returned}, dan {counted_approved}.",
            _ROUNDS_OFF,
        ),
    ),
    Check(
        "angka-putaran-harian",
        "Angka putaran per hari sama dengan kasusnya",
        "KPM terverifikasi per hari dan kabupaten/kota sama dengan kasus yang dihitungnya.",
        partial(
            told,
            "{round}, {regency}, {day}: beranda menyebut {approved} terverifikasi, kasusnya"
            " {counted}.",
            _ROUND_DAYS_OFF,
        ),
    ),
    Check(
        "angka-pemadanan",
        "Angka pemadanan beranda sama dengan hasilnya",
        "Hasil pemadanan oleh aturan per permintaan dan kecamatan sama dengan baris yang"
        " dihitungnya.",
        partial(
            told,
            "Permintaan {batch}, kecamatan {district}: beranda menyebut {people} orang, {latest}"
            " jawaban terbaru, dan {nik_changed} NIK diperbaiki; hasilnya {counted},"
            " {counted_latest}, dan {counted_nik_changed}.",
            _MATCHING_OFF,
        ),
    ),
    Check(
        "angka-desa",
        "Angka beranda sama dengan isi register",
        "Jumlah KPM, keluarga, orang, NIK tidak sah, dan NIK padan per desa/kelurahan sama dengan"
        " baris yang dihitungnya.",
        partial(
            told,
            "Desa/kelurahan {village}: beranda menyebut {kpm} KPM, {households} keluarga, {persons}"
            " orang, {invalid} NIK tidak sah, dan {matched} padan, register berisi {counted_kpm},"
            " {counted_households}, {counted}, {counted_invalid}, dan {counted_matched}.",
            _FIGURES_OFF,
        ),
    ),
    Check(
        "angka-register",
        "Angka beranda per register sama dengan isi register",
        "KPM, keluarga, orang, padan, dan bagian mutu data per desa/kelurahan dan register sama"
        " dengan baris yang dihitungnya.",
        partial(
            told,
            "Desa/kelurahan {village}, register {register}: beranda menyebut {kpm} KPM,"
            " {households} keluarga, dan {persons} orang; register berisi {counted_kpm},"
            " {counted_households}, dan {counted}; atau bagian mutu datanya berbeda.",
            _REGISTERS_OFF,
        ),
    ),
    Check(
        "angka-penyaluran",
        "Angka penyaluran beranda sama dengan daftar bayar",
        "Pembayaran, rencana, dana tersalur, gagal, belanja, dan belum belanja per periode,"
        " desa/kelurahan, dan bank sama dengan baris daftar bayar yang dihitungnya.",
        partial(
            told,
            "{period}, desa/kelurahan {village}, {bank}: beranda menyebut {payments} pembayaran,"
            " tersalur Rp{credited}, dibelanjakan Rp{spent}; daftar bayar berisi {counted},"
            " Rp{counted_credited}, dan Rp{counted_spent}; atau angka lainnya berbeda.",
            _PAYOUT_OFF,
            failed=sorted(chain.FAILED),
        ),
    ),
    Check(
        "angka-penyaluran-kabupaten",
        "Angka penyaluran kabupaten/kota sama dengan jumlah desanya",
        "Angka penyaluran per periode, kabupaten/kota, bank, dan register sama dengan jumlah"
        " desa/kelurahannya.",
        partial(
            told,
            "{period}, {regency}: angka penyaluran kabupaten/kota tidak sama dengan jumlah"
            " desa/kelurahannya.",
            _PAYOUT_SUMS_OFF,
        ),
    ),
    Check(
        "angka-bulan-kabupaten",
        "Catatan bulanan kabupaten/kota sama dengan jumlah desanya",
        "Catatan bulanan register dan putaran per kabupaten/kota sama dengan jumlah"
        " desa/kelurahannya.",
        partial(
            told,
            "{of_month}, {regency}: catatan kabupaten/kota tidak sama dengan jumlah"
            " desa/kelurahannya.",
            _MONTH_SUMS_OFF,
        ),
    ),
)
