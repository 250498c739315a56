"""The figures of the dashboards against the rows that they sum."""

from collections.abc import Collection
from functools import partial

from beneficiaries.health import Check, told
from dashboards.history import KEPT
from dashboards.payouts import COUNTED

# A village in which something has changed since it was counted says nothing.
_FIGURES_OFF = """
SELECT f.village_id AS village, f.persons, coalesce(p.persons, 0) AS counted,
    f.invalid_nik AS invalid, coalesce(p.invalid, 0) AS counted_invalid,
    f.kpm, coalesce(k.kpm, 0) AS counted_kpm
FROM dashboards_villagefigures f
LEFT JOIN (
    SELECT village_id, count(*) FILTER (WHERE is_active) AS persons,
        count(*) FILTER (WHERE is_active AND NOT nik_valid) AS invalid,
        max(changed_at) AS changed_at
    FROM beneficiaries_person GROUP BY 1
) p USING (village_id)
LEFT JOIN (
    SELECT h.village_id, max(greatest(h.changed_at, e.changed_at)) AS changed_at,
        count(DISTINCT h.id) FILTER (WHERE h.is_active AND e.ended_on IS NULL AND m.is_sembako)
            AS kpm
    FROM beneficiaries_household h
    LEFT JOIN beneficiaries_enrollment e ON e.household_id = h.id
    LEFT JOIN beneficiaries_programme m ON m.code = e.programme_id
    GROUP BY 1
) k USING (village_id)
WHERE coalesce(greatest(p.changed_at, k.changed_at) <= f.counted_at, true)
    AND (f.persons, f.invalid_nik, f.kpm)
        <> (coalesce(p.persons, 0), coalesce(p.invalid, 0), coalesce(k.kpm, 0))
ORDER BY 1
"""

# Both are written by one count, so that they agree at any moment.
_REGISTERS_OFF = """
SELECT f.village_id AS village, f.kpm, f.persons, coalesce(r.kpm, 0) AS kpm_of_registers,
    coalesce(r.persons, 0) AS persons_of_registers
FROM dashboards_villagefigures f
LEFT JOIN (
    SELECT village_id, sum(kpm) AS kpm, sum(persons) AS persons, sum(households) AS households
    FROM dashboards_registerfigures GROUP BY 1
) r USING (village_id)
WHERE (f.kpm, f.persons, f.households)
    <> (coalesce(r.kpm, 0), coalesce(r.persons, 0), coalesce(r.households, 0))
ORDER BY 1
"""

# A period in which something has changed since it was counted says nothing, nor does one listed
# today that was not counted yet.
_PAYOUT_OFF = """
SELECT d.name AS period, r.name AS regency, coalesce(f.payments, 0) AS payments,
    coalesce(f.credited, 0) AS credited, coalesce(f.spent, 0) AS spent,
    coalesce(p.payments, 0) AS counted, coalesce(p.credited, 0) AS counted_credited,
    coalesce(p.spent, 0) AS counted_spent
FROM (
    SELECT period_id, regency_code, sum(payments) AS payments, sum(unspent) AS unspent,
        sum(credited_amount) AS credited, sum(spent_amount) AS spent, min(counted_at) AS counted_at
    FROM dashboards_payoutfigures GROUP BY 1, 2
) f FULL JOIN (
    SELECT period_id, regency_code, count(*) AS payments, sum(topped_up_amount) AS credited,
        sum(spent_amount) AS spent, max(changed_at) AS changed_at, count(*) FILTER (
            WHERE topped_up_amount > 0 AND spent_amount = 0 AND refunded_amount = 0) AS unspent
    FROM distribution_payment GROUP BY 1, 2
) p USING (period_id, regency_code)
JOIN distribution_payoutperiod d ON d.id = period_id
JOIN regions_region r ON r.code = coalesce(f.regency_code, p.regency_code)
WHERE (p.changed_at IS NULL OR p.changed_at <= coalesce(f.counted_at, now() - interval '1 day'))
    AND (f.payments, f.credited, f.spent, f.unspent)
        IS DISTINCT FROM (p.payments, p.credited, p.spent, p.unspent)
ORDER BY d.id, r.code
"""


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
        "Jumlah KPM, orang, dan NIK tidak sah per desa/kelurahan sama dengan baris yang"
        " dihitungnya.",
        partial(
            told,
            "Desa/kelurahan {village}: beranda menyebut {kpm} KPM, {persons} orang, dan {invalid}"
            " NIK tidak sah, register berisi {counted_kpm}, {counted}, dan {counted_invalid}.",
            _FIGURES_OFF,
        ),
    ),
    Check(
        "angka-register",
        "Angka beranda sama dengan jumlah registernya",
        "KPM, keluarga, dan orang per desa/kelurahan sama dengan jumlah menurut registernya.",
        partial(
            told,
            "Desa/kelurahan {village}: seluruhnya {kpm} KPM dan {persons} orang, menurut register"
            " {kpm_of_registers} dan {persons_of_registers}.",
            _REGISTERS_OFF,
        ),
    ),
    Check(
        "angka-penyaluran",
        "Angka penyaluran beranda sama dengan daftar bayar",
        "Pembayaran, dana tersalur, dan belanja per periode dan kabupaten/kota sama dengan baris"
        " daftar bayar yang dihitungnya.",
        partial(
            told,
            "{period}, {regency}: beranda menyebut {payments} pembayaran, tersalur Rp{credited},"
            " dibelanjakan Rp{spent}; daftar bayar berisi {counted}, Rp{counted_credited}, dan"
            " Rp{counted_spent}.",
            _PAYOUT_OFF,
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
