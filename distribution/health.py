"""What must hold of the money every night; each check tells what is broken, at most 20 sentences.

In set-based SQL over all payments and purchases.
"""

from django.db import connection

from beneficiaries.health import AT_MOST, Check
from distribution.reconciliation.health import findings_recounted


def _told(statement: str, sentence: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT {AT_MOST}")
        return [sentence.format(*row) for row in cursor.fetchall()]


# What the cards have lost, by their payments and by their purchases: both are kept on their own. A
# card is named by its oldest payment, never by its number.
_BALANCE = """
SELECT coalesce(p.first, b.first), coalesce(p.spent, 0), coalesce(b.spent, 0)
FROM (
    SELECT card_number AS card, min(id) AS first, sum(spent_amount) AS spent
    FROM distribution_payment WHERE topped_up_amount > 0 GROUP BY 1
) p FULL JOIN (
    SELECT card_number AS card, min(payment_id) AS first, sum(amount) AS spent
    FROM distribution_purchase WHERE voided_at IS NULL GROUP BY 1
) b ON b.card = p.card
WHERE coalesce(p.spent, 0) <> coalesce(b.spent, 0)
ORDER BY 1
"""


def balances() -> list[str]:
    """Credited - spent - refunded = balance of every card, by its purchases."""
    return _told(
        _BALANCE,
        "Kartu dari pembayaran {0}: dibelanjakan Rp{1} menurut saldo, Rp{2} menurut transaksi.",
    )


_CREDIT = """
SELECT p.id, p.topped_up_amount, coalesce(m.credited, 0), p.refunded_amount, coalesce(b.amount, 0)
FROM distribution_payment p LEFT JOIN (
    SELECT DISTINCT ON (payment_id) payment_id, status_on,
        CASE status WHEN 'TOP_UP_SUKSES' THEN amount ELSE 0 END AS credited
    FROM distribution_paymentreport
    WHERE withdrawn_at IS NULL AND status IN ('TOP_UP_SUKSES', 'TOP_UP_GAGAL')
    ORDER BY payment_id, status_on DESC, (status = 'TOP_UP_SUKSES') DESC, id DESC
) m ON m.payment_id = p.id
LEFT JOIN (
    SELECT DISTINCT ON (payment_id) payment_id, status_on, amount
    FROM distribution_paymentreport
    WHERE withdrawn_at IS NULL AND status = 'DIKEMBALIKAN'
    ORDER BY payment_id, status_on DESC, id DESC
) b ON b.payment_id = p.id AND m.credited > 0 AND b.status_on >= m.status_on
WHERE (p.topped_up_amount, p.refunded_amount) <> (coalesce(m.credited, 0), coalesce(b.amount, 0))
ORDER BY p.id
"""


def credits() -> list[str]:
    """What is credited and given back is what the latest reports of the bank say."""
    return _told(
        _CREDIT,
        "Pembayaran {0}: dikreditkan Rp{1}, laporan bank Rp{2}; dikembalikan Rp{3}, laporan bank"
        " Rp{4}.",
    )


_ELIGIBLE = """
SELECT d.name, d.eligible_count, coalesce(p.n, 0), coalesce(l.n, 0)
FROM distribution_payoutperiod d
LEFT JOIN (SELECT period_id, count(*) AS n FROM distribution_payment WHERE is_eligible GROUP BY 1) p
    ON p.period_id = d.id
LEFT JOIN (SELECT period_id, count(*) AS n FROM distribution_leftout GROUP BY 1) l
    ON l.period_id = d.id
WHERE d.eligible_count <> coalesce(p.n, 0) + coalesce(l.n, 0)
ORDER BY d.id
"""


def lists() -> list[str]:
    """Created + left out = eligible, for every period that has a list."""
    return _told(_ELIGIBLE, "{0}: berhak {1}, dibayar {2}, tidak dibayar {3}.")


_SUMS = """
SELECT d.name, sum(n), sum(amount), sum(credited), sum(spent), sum(refunded)
FROM (
    SELECT period_id, region_id, bank_id, status, year, number AS n, amount, credited, spent,
        refunded
    FROM distribution_paymentsum
    UNION ALL
    SELECT period_id, left(village_id, 8), bank_id, status, extract(year FROM first_month), -1,
        -amount, -topped_up_amount, -spent_amount, -refunded_amount
    FROM distribution_payment
) x JOIN distribution_payoutperiod d ON d.id = period_id
GROUP BY d.id, x.region_id, x.bank_id, x.status, x.year
HAVING (sum(n), sum(amount), sum(credited), sum(spent), sum(refunded)) <> (0, 0, 0, 0, 0)
ORDER BY d.id
"""


def sums() -> list[str]:
    """The sums that are kept are those of the payments."""
    return _told(
        _SUMS,
        "{0}: jumlah tercatat berbeda {1} pembayaran, Rp{2} ditetapkan, Rp{3} dikreditkan, Rp{4}"
        " dibelanjakan, Rp{5} dikembalikan.",
    )


CHECKS = (
    Check(
        "saldo",
        "Saldo setiap kartu sesuai transaksinya",
        "Dikreditkan − dibelanjakan − dikembalikan = saldo, untuk setiap kartu.",
        balances,
    ),
    Check(
        "top-up",
        "Dana yang masuk sesuai laporan bank",
        "Yang dikreditkan dan yang dikembalikan pada setiap pembayaran sama dengan laporan bank"
        " yang terakhir.",
        credits,
    ),
    Check(
        "daftar-bayar",
        "Dibayar dan tidak dibayar berjumlah KPM berhak",
        "Setiap KPM yang berhak ada di daftar bayar, atau tercatat dengan sebab tidak dibayar.",
        lists,
    ),
    Check(
        "jumlah-salur",
        "Jumlah penyaluran sesuai pembayarannya",
        "Jumlah menurut periode, kecamatan, bank, dan status sama dengan daftar bayarnya.",
        sums,
    ),
    Check(
        "rekonsiliasi",
        "Temuan rekonsiliasi sesuai hitung ulang",
        "Temuan sama dengan hasil membandingkan keempat daftar sekarang. Sesudah ada laporan baru,"
        " tekan Bandingkan lagi atau tunggu perbandingan malam.",
        findings_recounted,
    ),
)
