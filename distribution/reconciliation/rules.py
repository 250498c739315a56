"""The rules of the reconciliation, each declared once: what it is called, finds and asks for. Pure.

A rule looks at rows of one of the relations that distribution/reconciliation/compare.py prepares:
`c`, a family of the register or of the payment list with both sides of it, or `b`, a purchase with
its `a` agent and `c` payment. All SQL below is written in their columns.
"""

from dataclasses import dataclass

from distribution import chain


def rupiah(expression: str) -> str:
    """SQL: an amount as it is written, Rp200.000."""
    return f"'Rp' || replace(to_char({expression}, 'FM999,999,999,990'), ',', '.')"


def codes(statuses) -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


@dataclass(frozen=True)
class Flow:
    """A place in the way of the money, from one list to the next."""

    code: str
    title: str


REGISTER_LISTED = Flow("REGISTER_BAYAR", "Register → daftar bayar")
LISTED = Flow("BAYAR", "Daftar bayar")
LISTED_CREDITED = Flow("BAYAR_TOP_UP", "Daftar bayar → top up")
CREDITED = Flow("TOP_UP", "Top up")
CREDITED_SPENT = Flow("TOP_UP_TRANSAKSI", "Top up → transaksi")
SPENT = Flow("TRANSAKSI", "Transaksi")
FLOWS = (REGISTER_LISTED, LISTED, LISTED_CREDITED, CREDITED, CREDITED_SPENT, SPENT)


@dataclass(frozen=True)
class Rule:
    """`of` is what a finding is about: household, payment or purchase. Of the SQL, `where` tells
    which rows are found, `cause` the few words they are counted by, `detail` what the lists say,
    `is_due` whether somebody must act, now that it is found."""

    code: str
    title: str
    flow: Flow
    tone: str
    of: str
    where: str
    cause: str
    amount: str
    advice: str
    detail: str = "''"
    since: str = "c.status_on"
    is_due: str = "true"


RULES = (
    Rule(
        code="TIDAK_DIBAYAR",
        title="Tidak ada di daftar bayar",
        flow=REGISTER_LISTED,
        tone="bad",
        of="household",
        where="c.is_registered AND c.payment_id IS NULL",
        cause="coalesce(c.left_out, 'Tidak tercatat dalam daftar bayar')",
        amount="c.due",
        since="%(first)s::date",
        is_due="coalesce(c.left_out_code, '')"
        " NOT IN ('BERAKHIR', 'KELUARGA_NONAKTIF', 'SUDAH_DIBAYAR')",
        advice="Periksa apakah keluarga masih berhak. Bila berhak, usulkan melalui koordinator"
        " provinsi untuk periode berikutnya.",
    ),
    Rule(
        code="LUAR_REGISTER",
        title="Tidak ada di register",
        flow=REGISTER_LISTED,
        tone="warn",
        of="payment",
        where="c.payment_id IS NOT NULL AND NOT c.is_registered",
        cause="CASE WHEN c.household_id IS NULL THEN 'Keluarga tidak dikenal register'"
        " WHEN c.last_ended_on IS NOT NULL THEN 'Kepesertaan sudah berakhir'"
        " ELSE 'Belum menjadi peserta' END",
        detail="CASE WHEN c.last_ended_on IS NOT NULL THEN 'Kepesertaan berakhir '"
        " || to_char(c.last_ended_on, 'DD-MM-YYYY') ELSE '' END",
        amount="c.listed",
        advice="Cocokkan dengan BNBA pusat. Laporkan keluarga yang sudah berakhir agar keluar dari"
        " daftar periode berikutnya.",
    ),
    Rule(
        code="DIBAYAR_NONAKTIF",
        title="Dibayar, pengurus meninggal atau nonaktif",
        flow=LISTED,
        tone="bad",
        of="payment",
        where="c.payment_id IS NOT NULL AND (NOT coalesce(c.is_active, true)"
        " OR NOT coalesce(c.person_active, true) OR c.match_note = 'MENINGGAL')",
        cause="CASE WHEN c.person_reason = 'MENINGGAL' OR c.match_note = 'MENINGGAL'"
        " THEN 'Pengurus meninggal' WHEN NOT coalesce(c.is_active, true) THEN 'Keluarga nonaktif'"
        " ELSE 'Pengurus nonaktif' END",
        amount="c.listed",
        advice="Pastikan keadaannya di lapangan. Ganti pengurus bila masih ada anggota lain, atau"
        " akhiri kepesertaannya dan minta dana dikembalikan.",
    ),
    Rule(
        code="DIBAYAR_TIDAK_PADAN",
        title="Dibayar, NIK pengurus tidak padan",
        flow=LISTED,
        tone="warn",
        of="payment",
        where="c.payment_id IS NOT NULL AND c.person_id IS NOT NULL"
        " AND c.nik_confirmed_on IS NULL AND c.match_note <> 'MENINGGAL'"
        " AND (NOT c.nik_valid OR c.match_note NOT IN ('', 'PADAN'))",
        cause="CASE WHEN NOT c.nik_valid THEN 'Bentuk NIK tidak sah'"
        " ELSE replace(upper(left(c.match_note, 1)) || lower(substr(c.match_note, 2)), 'Nik ',"
        " 'NIK ') END",
        amount="c.listed",
        advice="Minta pemadanan ke Dukcapil atau perbaiki NIK dari KTP-el pengurus.",
    ),
    Rule(
        code="DIBAYAR_GANDA",
        title="NIK dibayar untuk dua keluarga",
        flow=LISTED,
        tone="bad",
        of="payment",
        where="c.payment_id IS NOT NULL AND c.payee_nik IN (SELECT payee_nik FROM doubles)",
        cause="'Satu NIK, lebih dari satu KPM'",
        detail="(SELECT d.times || ' pembayaran dengan NIK ini pada periode yang sama'"
        " FROM doubles d WHERE d.payee_nik = c.payee_nik)",
        amount="c.listed",
        advice="Tetapkan keluarga yang sah, gabungkan data gandanya, dan minta kelebihan"
        " dikembalikan.",
    ),
    Rule(
        code="DIBAYAR_DUA_KALI",
        title="Dibayar dua kali",
        flow=LISTED,
        tone="bad",
        of="payment",
        where="c.payment_id IN (SELECT payment_id FROM twice)",
        cause="'Bulan sama pada periode lain'",
        detail=f"(SELECT 'Juga dibayar ' || {rupiah('t.amount')} || ' pada ' || t.period"
        " FROM twice t WHERE t.payment_id = c.payment_id LIMIT 1)",
        amount="c.listed",
        advice="Hentikan salah satu pembayaran sebelum top up, atau minta bank mengembalikan"
        " kelebihannya ke kas negara.",
    ),
    Rule(
        code="NILAI_TARIF",
        title="Nilai berbeda dari tarif",
        flow=LISTED,
        tone="bad",
        of="payment",
        where="c.payment_id IS NOT NULL AND c.listed <> c.tariff",
        cause="CASE WHEN c.listed > c.tariff THEN 'Lebih dari tarif' ELSE 'Kurang dari tarif' END",
        detail=f"{rupiah('c.listed')} || ' untuk ' || c.months || ' bulan; menurut tarif ' || "
        + rupiah("c.tariff"),
        amount="abs(c.listed - c.tariff)",
        advice="Cocokkan dengan SP2D dan nilai bantuan yang berlaku, lalu sampaikan ke pusat.",
    ),
    Rule(
        code="TOP_UP_GAGAL",
        title="Top up gagal",
        flow=LISTED_CREDITED,
        tone="bad",
        of="payment",
        where=f"c.credited = 0 AND c.status IN ({codes(chain.FAILED | chain.EXCLUDED)})",
        cause="coalesce(nullif(left(c.reason, 100), ''), c.status_label)",
        detail="c.status_label",
        amount="c.listed",
        is_due=f"c.status NOT IN ({codes(chain.EXCLUDED)})",
        advice="Minta penjelasan bank. Perbaiki rekening atau nama pengurus, lalu minta top up"
        " diulang.",
    ),
    Rule(
        code="BELUM_TOP_UP",
        title="Belum ada top up",
        flow=LISTED_CREDITED,
        tone="info",
        of="payment",
        where="c.payment_id IS NOT NULL AND c.credited = 0"
        f" AND c.status NOT IN ({codes(chain.FAILED | chain.EXCLUDED)})",
        cause="c.status_label",
        amount="c.listed",
        is_due="coalesce(c.status_on, %(first)s::date) <= %(today)s::date - 30",
        advice="Tunggu laporan bank. Bila lewat 30 hari sejak langkah terakhir, minta penjelasan.",
    ),
    Rule(
        code="NILAI_TOP_UP",
        title="Top up berbeda dari daftar bayar",
        flow=CREDITED,
        tone="bad",
        of="payment",
        where="c.credited > 0 AND c.credited <> c.listed",
        cause="CASE WHEN c.credited > c.listed THEN 'Top up lebih' ELSE 'Top up kurang' END",
        detail=f"'Daftar bayar ' || {rupiah('c.listed')} || ', masuk ' || {rupiah('c.credited')}",
        amount="abs(c.credited - c.listed)",
        since="c.topped_up_on",
        advice="Minta bank menambah kekurangannya atau mengembalikan kelebihannya.",
    ),
    Rule(
        code="TANPA_KARTU",
        title="Dana masuk, kartu tidak di tangan KPM",
        flow=CREDITED,
        tone="bad",
        of="payment",
        where="c.credited > 0 AND c.household_id IS NOT NULL"
        " AND coalesce(c.card_status, '') <> 'DISERAHKAN'",
        cause="CASE c.card_status WHEN 'DIBUKA' THEN 'KKS belum diserahkan'"
        " WHEN 'HILANG' THEN 'KKS hilang' WHEN 'DIBLOKIR' THEN 'KKS diblokir'"
        " WHEN 'DIGANTI' THEN 'KKS pengganti belum tercatat' ELSE 'KKS tidak tercatat' END",
        amount="c.credited",
        since="c.topped_up_on",
        advice="Minta bank menyerahkan atau mengganti kartu bersama TKSK, lalu catat"
        " penyerahannya.",
    ),
    Rule(
        code="BELUM_TRANSAKSI",
        title="Belum transaksi",
        flow=CREDITED_SPENT,
        tone="warn",
        of="payment",
        where="c.credited > 0 AND c.spent = 0",
        cause="CASE WHEN c.refunded >= c.credited THEN 'Dikembalikan ke kas negara'"
        " WHEN c.status IN ('SUDAH_TRANSAKSI', 'SALDO_NOL')"
        " THEN 'Bank melapor sudah, tanpa data agen'"
        " WHEN %(today)s::date - c.topped_up_on >= 90 THEN '90 hari atau lebih'"
        " WHEN %(today)s::date - c.topped_up_on >= 60 THEN '60–89 hari'"
        " WHEN %(today)s::date - c.topped_up_on >= 30 THEN '30–59 hari'"
        " ELSE 'Kurang dari 30 hari' END",
        detail=f"{rupiah('c.credited')} || ' di kartu sejak ' || to_char(c.topped_up_on,"
        " 'DD-MM-YYYY')",
        amount="c.credited",
        since="c.topped_up_on",
        is_due="c.refunded < c.credited AND %(today)s::date - c.topped_up_on >= 30",
        advice="Minta TKSK menemui keluarga: apakah kartu ada, saldo diketahui, agen terjangkau.",
    ),
    Rule(
        code="AGEN_LUAR_WILAYAH",
        title="Belanja di luar wilayah layanan agen",
        flow=SPENT,
        tone="warn",
        of="purchase",
        where="a.village_id <> c.village_id AND NOT EXISTS (SELECT FROM distribution_agentvillage v"
        " WHERE v.agent_id = a.id AND v.village_id = c.village_id)",
        cause="CASE WHEN left(a.village_id, 5) <> left(c.village_id, 5)"
        " THEN 'Agen kabupaten/kota lain' WHEN left(a.village_id, 8) <> left(c.village_id, 8)"
        " THEN 'Agen kecamatan lain' ELSE 'Agen desa lain' END",
        detail="left('Agen ' || a.name || ' tidak melayani desa KPM', 250)",
        amount="b.amount",
        since="b.day",
        advice="Tanyakan mengapa KPM berbelanja di sana. Bila agen memang melayani desanya, minta"
        " bank memperbaiki wilayah layanannya.",
    ),
    Rule(
        code="AGEN_TERLARANG",
        title="Belanja di agen yang tidak boleh melayani",
        flow=SPENT,
        tone="bad",
        of="purchase",
        where="b.agent_id IN (SELECT agent_id FROM stopped) AND EXISTS (SELECT FROM stopped s"
        " WHERE s.agent_id = b.agent_id AND b.at >= s.begun AND b.at < s.ended)"
        " OR b.day < a.contract_from OR b.day > a.contract_until"
        " OR b.agent_id IN (SELECT agent_id FROM barred)",
        cause="CASE WHEN b.agent_id IN (SELECT agent_id FROM barred)"
        " THEN 'Pemilik dari golongan terlarang'"
        " WHEN b.day < a.contract_from OR b.day > a.contract_until THEN 'Di luar masa kontrak'"
        " ELSE 'Agen tidak aktif saat itu' END",
        detail="left('Agen ' || a.name || CASE WHEN a.status_reason = '' THEN ''"
        " ELSE ': ' || a.status_reason END, 250)",
        amount="b.amount",
        since="b.day",
        advice="Minta bank menghentikan agen ini dan menjelaskan transaksinya; arahkan KPM ke agen"
        " lain.",
    ),
    Rule(
        code="BARANG_TERLARANG",
        title="Barang yang tidak boleh dibeli",
        flow=SPENT,
        tone="bad",
        of="purchase",
        where="b.id IN (SELECT purchase_id FROM forbidden)",
        cause="(SELECT left(f.goods, 100) FROM forbidden f WHERE f.purchase_id = b.id)",
        detail="left('Di agen ' || a.name, 250)",
        amount="(SELECT f.amount FROM forbidden f WHERE f.purchase_id = b.id)",
        since="b.day",
        advice="Tegur agen melalui bank dan periksa pada kunjungan berikutnya.",
    ),
    Rule(
        code="GESEK_BERUNTUN",
        title="Lebih dari 4 kartu dalam satu menit",
        flow=SPENT,
        tone="bad",
        of="purchase",
        where="EXISTS (SELECT FROM bursts u WHERE u.agent_id = b.agent_id"
        " AND b.at BETWEEN u.begun AND u.begun + interval '1 minute')",
        cause="'Kartu digesek beruntun'",
        detail="left('Agen ' || a.name || ': ' || (SELECT max(u.cards) FROM bursts u"
        " WHERE u.agent_id = b.agent_id AND b.at BETWEEN u.begun AND u.begun + interval '1 minute')"
        " || ' kartu KPM dalam satu menit', 250)",
        amount="b.amount",
        since="b.day",
        advice="Periksa apakah agen menyimpan kartu KPM atau menukar bantuan dengan uang tunai.",
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}

# What a column of the table counts: together these are exactly the difference of two lists.
NOT_LISTED = ("TIDAK_DIBAYAR",)
NOT_REGISTERED = ("LUAR_REGISTER",)
NOT_CREDITED = ("TOP_UP_GAGAL", "BELUM_TOP_UP")
NOT_SPENT = ("BELUM_TRANSAKSI",)
