"""What Dukcapil, the banks and the agents would send of the demo province, as headings and rows.

`people` are rows of a BNBA by heading, the members of a family one after the other. Card and
account numbers are made from the position in the list and belong to nobody.
"""

from collections.abc import Iterator, Sequence

Person = dict[str, str]
Sheet = tuple[Sequence[str], list[Sequence[str]]]

BANKS = (("BRI", 15), ("Mandiri", 13), ("BNI", 10))


def _heads(people: list[Person], count: int) -> Iterator[tuple[int, Person, str, str, str]]:
    """The heads of families with card, account and bank."""
    heads = [one for one in people if one["HUB KELUARGA"] == "KEPALA KELUARGA"][:count]
    for number, head in enumerate(heads, start=1):
        bank, digits = BANKS[number % len(BANKS)]
        yield number, head, f"6032990000{number:06d}", f"{900000 + number:0{digits}d}", bank


def _place(one: Person) -> tuple[str, str, str]:
    return one["KABUPATEN/KOTA"], one["KECAMATAN"], one["DESA/KELUARAHAN"]


def answer(people: list[Person], villages: dict[str, str]) -> Sheet:
    """Forty persons of whom two have died, one has moved and one is unknown to Dukcapil."""
    headings = (
        "NIK", "NO_KK", "NAMA_LGKP", "STAT_HBKEL", "JENIS_KLMIN", "TMPT_LHR", "TGL_LHR", "ALAMAT",
        "DUSUN", "NO_RT", "NO_RW", "NO_PROP", "PROP_NAME", "NO_KAB", "KAB_NAME", "NO_KEC",
        "KEC_NAME", "NO_KEL", "KEL_NAME", "JENIS_PKRJN", "PDDK_AKH", "STATUS_KAWIN",
        "NAMA_LGKP_IBU", "NAMA_LGKP_AYAH", "RESPON",
    )  # fmt: skip
    told = {5: "Data ditemukan, Meninggal Dunia", 17: "Meninggal", 23: "Data ditemukan, Pindah"}
    rows = []
    for number, one in enumerate(people[:40]):
        if number == 31:
            rows.append((one["NIK"], *[""] * 23, "NIK tidak ditemukan"))
            continue
        regency, district, village = villages[one["DESA/KELUARAHAN"]].split(".")[1:]
        rows.append(
            (
                one["NIK"],
                one["NOKK"],
                one["NAMA"],
                one["HUB KELUARGA"],
                "Laki-Laki" if one["JENIS KELAMIN"] == "L" else "Perempuan",
                one["TEMPAT LAHIR"],
                one["TANGGAL LAHIR"].replace("/", "-"),
                one["ALAMAT"],
                "",
                one["RT"],
                one["RW"],
                "62",
                one["PROVINSI"],
                str(int(regency)),
                one["KABUPATEN/KOTA"],
                str(int(district)),
                one["KECAMATAN"],
                village,
                one["DESA/KELUARAHAN"],
                one["PEKERJAAN"],
                "SLTA/SEDERAJAT",
                "KAWIN",
                one["NAMA IBU KANDUNG"],
                "",
                told.get(number, "Data Ditemukan"),
            )
        )
    return headings, rows


def repairs(people: list[Person], villages: dict[str, str]) -> Sheet:
    """Twelve members: NIK that have lost their last digit, and a name cut short."""
    headings = (
        "ID DTKS", "ID ART", "Nama KRT", "Alamat", "NIK ART", "Nama ART", "Perbaikan NIK",
        "Perbaikan Nama",
    )  # fmt: skip
    rows = []
    for number, one in enumerate(people[:12], start=1):
        old = one["NIK"][:11] + ("1" if one["NIK"][11] == "2" else "2") + one["NIK"][12:]
        known = one["ID DTKS"], f"{one['ID DTKS']}{number:03d}", "", one["ALAMAT"]
        if number % 4:
            rows.append((*known, old, one["NAMA"], one["NIK"], ""))
        else:
            rows.append((*known, one["NIK"], one["NAMA"][:4], "", one["NAMA"]))
    return headings, rows


def payments(people: list[Person], villages: dict[str, str]) -> Sheet:
    headings = (
        "PERIODE SALUR", "JML BULAN", "NOMOR KKS", "NOREK", "BANK PENYALUR", "NIK PENGURUS",
        "NAMA PENGURUS", "KAB/KOTA", "KECAMATAN", "KELURAHAN", "NILAI BANTUAN", "NO SP2D",
        "TGL SP2D",
    )  # fmt: skip
    rows = [
        ("Januari-Maret 2021", "3", card, account, bank, head["NIK"], head["NAMA"], *_place(head),
         "Rp600.000", "210621301009001", "15-02-2021")
        for _, head, card, account, bank in _heads(people, 40)
    ]  # fmt: skip
    return headings, rows


def top_ups(people: list[Person], villages: dict[str, str]) -> Sheet:
    """Most have succeeded; every eighth failed, with the reason."""
    headings = (
        "BULAN", "TAHUN", "NO KARTU KKS", "NO REK", "NAMA BANK", "NAMA NASABAH", "STATUS TOP UP",
        "TGL TOP UP", "NOMINAL", "KETERANGAN",
    )  # fmt: skip
    rows = []
    for number, head, card, account, bank in _heads(people, 40):
        known = "Januari s/d Maret", "2021", card, account, bank, head["NAMA"]
        if number % 8:
            rows.append((*known, "Sukses Top Up", "18-02-2021", "600.000", ""))
        else:
            rows.append((*known, "Gagal Top Up", "18-02-2021", "", "Rekening tidak aktif"))
    return headings, rows


def cards(people: list[Person], villages: dict[str, str]) -> Sheet:
    """Handed over, but for some that are lost or wait for their card."""
    headings = (
        "NO. KARTU", "NOMOR REKENING", "BANK", "NIK", "NAMA PENERIMA", "KABUPATEN", "KECAMATAN",
        "DESA/KELURAHAN", "STATUS DISTRIBUSI", "TGL SERAH TERIMA",
    )  # fmt: skip
    rows = []
    for number, head, given, account, bank in _heads(people, 40):
        card, status, day = given, "Sudah diserahkan", "12-03-2019"
        if number % 13 == 0:
            status, day = "Kartu hilang", "04-10-2021"
        elif number % 10 == 0:
            card, status, day = "", "Burekol", ""
        rows.append((card, account, bank, head["NIK"], head["NAMA"], *_place(head), status, day))
    return headings, rows


_AGENTS = (
    ("EW-620301-9001", "E-WARONG MELATI SELAT", "E-WARONG KUBE", "BRI", "Pedagang"),
    ("AG-620301-9002", "AGEN HJ. NORHAYATI", "AGEN BANK", "Mandiri", "Wiraswasta"),
    ("TK-620301-9003", "TOKO SUMBER REZEKI", "TOKO", "BNI", "Pedagang"),
)


def agents(people: list[Person], villages: dict[str, str]) -> Sheet:
    headings = (
        "ID AGEN", "NAMA AGEN", "JENIS AGEN", "NAMA PEMILIK", "PEKERJAAN PEMILIK", "BANK",
        "KABUPATEN", "KECAMATAN", "DESA", "DESA LAYANAN", "EDC", "LATITUDE", "LONGITUDE",
        "MULAI KONTRAK", "STATUS",
    )  # fmt: skip
    names = sorted({one["DESA/KELUARAHAN"] for one in people})
    owners = [one["NAMA"] for one in people if one["HUB KELUARGA"] == "KEPALA KELUARGA"][-3:]
    rows = [
        (number, name, kind, owner, trade, bank, "KAPUAS", "SELAT", names[at % len(names)],
         "; ".join(names[:3]), "YA", f"-3.0{at}12", f"114.3{at}87", "01-02-2021", "AKTIF")
        for at, ((number, name, kind, bank, trade), owner) in enumerate(
            zip(_AGENTS, owners, strict=True)
        )
    ]  # fmt: skip
    return headings, rows


_GOODS = (
    ("Beras", "Sumber karbohidrat", "10", "kg", "12.500"),
    ("Telur ayam", "Sumber protein hewani", "2", "kg", "26.000"),
    ("Tempe", "Sumber protein nabati", "1", "kg", "14.000"),
)


def purchases(people: list[Person], villages: dict[str, str]) -> Sheet:
    """Three lines of goods for each of fifteen families."""
    headings = (
        "NO TRANSAKSI", "TANGGAL DAN JAM", "KODE AGEN", "NAMA E-WARUNG", "NOMOR KKS", "NAMA KPM",
        "TOTAL", "NAMA BARANG", "KELOMPOK PANGAN", "QTY", "SATUAN", "HARGA",
    )  # fmt: skip
    rows = []
    for number, head, card, _, _ in _heads(people, 15):
        agent = _AGENTS[number % len(_AGENTS)]
        time = f"05-10-2021 09:{number * 3:02d}"
        rows += [
            (f"TRX-20211005-{number:04d}", time, *agent[:2], card, head["NAMA"], "191.000", *goods)
            for goods in _GOODS
        ]
    return headings, rows
