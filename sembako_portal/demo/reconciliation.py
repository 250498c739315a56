"""What goes wrong on the way of the money, in the demo: every kind of finding, some handled."""

from collections.abc import Mapping
from datetime import date

from django.db import connection

from accounts.models import User
from distribution.actions import periods
from distribution.actions.reconciliation import (
    answer,
    ask_bank,
    assign,
    dismiss,
    reconcile,
    settle,
)
from distribution.models import PayoutPeriod, ReconciliationFinding

# On the list, but not of the programme: some at the old rate, some with the NIK of somebody else,
# some that the register does not know. Half of them are credited.
_OUTSIDE = """
WITH paid AS MATERIALIZED (
    SELECT id, household_id, payee_nik, village_id FROM distribution_payment
    WHERE period_id = %(period)s
), outside AS MATERIALIZED (
    SELECT h.id, h.n, h.village_id, p.id AS payee_id, p.name, p.nik
    FROM (SELECT *, row_number() OVER (ORDER BY id %% 97, id) AS n FROM beneficiaries_household) h
    JOIN beneficiaries_person p ON p.id = h.payee_id
    WHERE p.nik <> '' AND p.nik NOT IN (SELECT payee_nik FROM paid)
        AND h.id NOT IN (SELECT household_id FROM paid WHERE household_id IS NOT NULL)
        AND h.id NOT IN (SELECT household_id FROM beneficiaries_enrollment
            WHERE programme_id = 'SEMBAKO' AND ended_on IS NULL)
    ORDER BY n LIMIT 90
)
INSERT INTO distribution_payment (period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, status_on, reason, topped_up_on, topped_up_amount, spent_amount, refunded_amount)
SELECT %(period)s, CASE WHEN n %% 4 <> 0 THEN h.id END,
    CASE WHEN n %% 4 <> 0 THEN h.payee_id END, false, h.name,
    CASE WHEN n %% 9 = 1 THEN other.payee_nik ELSE h.nik END, '', '', '002', h.village_id,
    %(month)s, 1, rate, rate, CASE WHEN n %% 2 = 0 THEN 'BELUM_TRANSAKSI' ELSE 'GAGAL_OMSPAN' END,
    %(day)s, CASE WHEN n %% 2 = 0 THEN '' ELSE 'NIK berbeda dari rekening' END,
    CASE WHEN n %% 2 = 0 THEN %(day)s::date END, CASE WHEN n %% 2 = 0 THEN rate ELSE 0 END, 0, 0
FROM outside h
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 5 = 2 THEN 150000 ELSE 200000 END AS rate) r
CROSS JOIN LATERAL (SELECT payee_nik FROM paid q WHERE q.village_id >= h.village_id
    ORDER BY q.village_id, q.id LIMIT 1) other
ORDER BY n;
INSERT INTO distribution_paymentreport (payment_id, village_id, status, status_on, amount, reason)
SELECT id, village_id, 'TOP_UP_SUKSES', topped_up_on, topped_up_amount, ''
FROM distribution_payment
WHERE period_id = %(period)s AND card_number = '' AND topped_up_amount > 0
UNION ALL
SELECT id, village_id, status, status_on, NULL, reason FROM distribution_payment
WHERE period_id = %(period)s AND card_number = '' AND status IN ('BELUM_TRANSAKSI', 'GAGAL_OMSPAN')
"""
_OTHERWISE = """
UPDATE distribution_payment SET reason = (ARRAY['Rekening tidak aktif', 'Rekening tidak aktif',
    'Nama berbeda dari rekening', 'KKS belum diserahkan'])[1 + id %% 4]
WHERE period_id = %(period)s AND status = 'TOP_UP_GAGAL';
UPDATE distribution_purchaseline l SET commodity_id = k.id, name = k.name, food_group_id = NULL,
    unit = k.unit
FROM distribution_purchase b, distribution_commodity k
WHERE l.purchase_id = b.id AND b.period_id = %(period)s AND l.name = 'Pisang'
    AND b.id %% 23 = 4 AND k.name = CASE WHEN b.id %% 2 = 0 THEN 'Rokok' ELSE 'Mi instan' END;
UPDATE distribution_purchaseline l SET price = price * 14 / 10, quantity = quantity / 1.4
FROM distribution_purchase b
WHERE l.purchase_id = b.id AND b.period_id = %(period)s AND (b.agent_id + length(l.name)) %% 37 = 0
"""
# Cards in one hand, swiped one after the other; and families that bought in another regency.
_EXTRA = """
CREATE TEMPORARY TABLE extra ON COMMIT DROP AS
WITH balances AS (
    SELECT p.*, row_number() OVER (PARTITION BY left(p.village_id, 5) ORDER BY p.id) AS n,
        %(day)s::date + time '10:05' AS at FROM distribution_payment p
    WHERE p.period_id = %(period)s AND p.balance >= 20000 AND p.spent_amount > 0
)
SELECT b.id, b.period_id, b.village_id, b.card_number, a.id AS agent_id, b.n,
    (b.at + make_interval(days => 3, secs => (b.n * 8)::integer)) AT TIME ZONE 'Asia/Jakarta' AS at
FROM balances b JOIN LATERAL (
    SELECT a.id FROM distribution_agent a JOIN distribution_agentvillage v ON v.agent_id = a.id
    WHERE a.status = 'AKTIF' AND left(a.village_id, 5) = CASE WHEN b.n <= 6 THEN
        left(b.village_id, 5) ELSE '62.03' END ORDER BY a.id LIMIT 1
) a ON true
WHERE b.n <= 6 AND left(b.village_id, 5) IN ('62.03', '62.71', '62.02')
    OR b.n BETWEEN 7 AND 11 AND left(b.village_id, 5) IN ('62.11', '62.04', '62.71');
INSERT INTO distribution_purchase (number, agent_id, payment_id, period_id, village_id, card_number,
    purchased_at, amount, void_reason)
SELECT 'TRX-X' || lpad(id::text, 8, '0'), agent_id, id, period_id, village_id, card_number,
    at + CASE WHEN n > 6 THEN make_interval(hours => n::integer) ELSE interval '0' END, 20000, ''
FROM extra;
UPDATE distribution_payment p SET spent_amount = spent_amount + 20000
FROM extra x WHERE x.id = p.id;
DROP TABLE extra
"""
_RAPEL = """
INSERT INTO distribution_payment (period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, status_on, reason, topped_up_amount, spent_amount, refunded_amount)
SELECT %(rapel)s, household_id, person_id, true, payee_name, payee_nik, card_number,
    account_number, bank_id, village_id, first_month, months, rate, amount, 'SPM', %(day)s, '',
    0, 0, 0
FROM distribution_payment WHERE period_id = %(period)s AND is_eligible AND status = 'SP2D'
ORDER BY id %% 809, id LIMIT 12
"""


def create_reconciliation(*, users: Mapping[str, User], today: date) -> None:
    """The periods of the demo compared, after something of every kind went wrong in the last."""
    by, bank = users["koordinator"], users["bank.bri"]
    period = PayoutPeriod.objects.get(status=PayoutPeriod.Status.BERJALAN)
    rapel = PayoutPeriod.objects.create(
        programme=period.programme,
        name=f"Rapel {period.name}",
        first_month=period.first_month,
        last_month=period.last_month,
        is_rapel=True,
    )
    values = {
        "period": period.pk,
        "rapel": rapel.pk,
        "month": period.first_month,
        "day": period.first_month.replace(day=17),
    }
    with connection.cursor() as cursor:
        for statement in (_OUTSIDE, _OTHERWISE, _EXTRA, _RAPEL):
            cursor.execute(statement, values)
    periods.open_period(rapel, by=by)
    for one in PayoutPeriod.objects.exclude(status=PayoutPeriod.Status.DISIAPKAN):
        reconcile(one, by=None, today=today)
    findings = ReconciliationFinding.objects.filter(period=period)
    _handle(findings, by=by, bank=bank, officer=users["petugas.kapuas"])


def _handle(findings, *, by: User, bank: User, officer: User) -> None:
    asked = _pks(findings.filter(rule="TOP_UP_GAGAL", bank="002", is_due=True))[:60]
    if asked:
        ask_bank(asked, note="Mohon sebab gagal dan jadwal top up ulang.", by=by)
        answer(asked[:15], note="Rekening diaktifkan, top up diulang pekan depan.", by=bank)
        settle(
            asked[:6],
            note="Top up ulang berhasil.",
            evidence="Surat BRI B.9012/KC-PKR/2021",
            by=by,
        )
    untouched = findings.open().filter(status="BELUM")
    if pks := _pks(untouched.filter(regency_code="62.12").exclude(bank=None)):
        ask_bank(pks, note="Mohon penjelasan bersama daftar terlampir.", by=by)
    if pks := _pks(untouched.filter(regency_code="62.12")):
        settle(pks, note="Diperiksa bersama desa; data diperbaiki.", by=by)
    in_kapuas = untouched.filter(regency_code="62.03")
    if pks := _pks(in_kapuas.filter(rule="TANPA_KARTU"))[:12]:
        assign(pks, to=officer, note="Temui keluarganya bersama TKSK.", by=by)
    if pks := _pks(in_kapuas.filter(rule="DIBAYAR_NONAKTIF"))[:5]:
        assign(pks, office="KABKOTA", note="Pastikan keadaannya di lapangan.", by=by)
    if pks := _pks(in_kapuas.filter(cause="Di luar masa kontrak"))[:4]:
        dismiss(pks, note="Kontrak agen sudah diperpanjang; suratnya menyusul.", by=officer)
    for code in ("62.08", "62.09"):
        if pks := _pks(findings.open().filter(regency_code=code)):
            settle(pks, note="Sudah diperiksa bersama bank dan desa.", by=by)


def _pks(findings) -> list[int]:
    return list(findings.order_by("pk").values_list("pk", flat=True))
