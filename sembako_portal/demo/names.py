"""Names of the region from word lists, put together at random. No framework, no database.

Given in capitals, as the poverty register writes them, with its habits: one-word names, repeated
names, MUH. and M., H. and Hj., apostrophes, family names among the Dayak only.
"""

from random import Random
from typing import NamedTuple

MALE = "L"
FEMALE = "P"


class People(NamedTuple):
    """The names of one ethnic group, and how often it gives one, two or three of them."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    male_second: tuple[str, ...]
    female_second: tuple[str, ...]
    family: tuple[str, ...]
    is_muslim: bool
    one_word: float


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DAYAK = People(
    male=_words(
        "ANDREAS AGUSTINUS BAMBANG BERTO BUNGAN CORNELIUS DANIEL DARIUS DEHEN DEMAS DEWEL DIDI"
        " DUNGAN EDISON ELIAS ERIKSON FERDINAND FRANS GERSON GUNTUR HENDRIK HERMANUS IDER INDRA"
        " JHON JIMMI JUNIAS KARNO KIWOK KORNEDI LAMBERT LEMAN LUKAS MARKUS MARTINUS MISEL NATANAEL"
        " NELSON NIKODEMUS OKTAVIANUS PANJI PETRUS RABIN RANTAU RIWUT ROBERT RONALDO SALOMO SAMUEL"
        " SIMON STEFANUS SUKMA TAMBUN THOMAS TITUS TUNDUNG UDAU UNDAS WANSON YAKOBUS YANTO YOHANES"
        " YULIUS YUSUF ZAKARIA"
    ),
    female=_words(
        "AGUSTINA ANASTASIA ANITA BERTHA BULAN CHRISTINA DEBORA DELILA DIANA ELISABET ELVINA ERNA"
        " ESTER EVELIN FITRIA FRANSISKA GITA HELENA HERLINA INDAH INTAN JULIANA KAMELIA KARMILA"
        " KATARINA LENI LIDIA LINTAN LORENSIA MAGDALENA MARIA MARIANI MARTA MELATI MERI MINARNI"
        " MONIKA NATALIA NETI NORMALA OKTAVIA PATRISIA RABIAH REBEKA RENI RESMI ROSALINA RUSMIATI"
        " RUT SALOMI SARAI SINTA SUSANA TARI TERESIA TIUR TRIYANTI VERONIKA WINDA YANTI YEMIMA"
        " YULIANA"
    ),
    male_second=_words("JAYA PUTRA UTAMA SETIAWAN KURNIAWAN PRATAMA ADI WIBOWO YANTO RAMBANG"),
    female_second=_words("YANTI WATI LESTARI SARI DEWI KRISTIN NOVITA PERMATA ANGGRAINI"),
    family=_words(
        "BAJIK BANGKAN BATUAH DUHUNG DANDAN DURASIT GARANG GINTER IHING INGAN JANGKAN KAHARAP"
        " KUNUM LAMBUNG LANTING LIMIN MAMBANG MANGKIN NAHAN NYARING PANDUNG RANGKAP RANYING SAHAY"
        " SALUNDIK SANGEN SAWANG SIMPEI SUTING TANDANG TARUNG TUNDAN TUWAN UMBING USOP"
    ),
    is_muslim=False,
    one_word=0.22,
)
BANJAR = People(
    male=_words(
        "ABDURRAHMAN AHMAD AKHMAD ALIANSYAH AMRULLAH ANANG ARBAIN ARDIANSYAH ARSYAD ASMUNI BAHRUDIN"
        " BASRAN BURHAN DARMAWAN FADLI FAHRUDDIN FIRDAUS GAZALI GUSTI HAIRUDIN HAMDANI HAMSAN"
        " HERMANSYAH HUSAINI IBERAMSYAH IDERIS ISMAIL JAINUDDIN JUHRANI JUNAIDI KASPUL KURSANI"
        " MAHLAN MASRANI MUHAMMAD MURHAN MURJANI NAFIAH NORDIN RAHMADI RAMLI RIDUAN RUSDI SABIRIN"
        " SAHRANI SAIDI SAMSUDIN SARIFUDIN SUPIAN SYAHRUL SYARKAWI TAUFIK UDIN UMAR USMAN WAHYUDI"
        " YAMANI YUSRAN ZAINAL ZULKIFLI"
    ),
    female=_words(
        "ALPISAH AMINAH ARBAINAH ARDIAH ASIAH ASMAH BAHRIAH BARDIAH DAHLIA FARIDAH FATIMAH FITRIANI"
        " GALUH HABIBAH HADIJAH HAIRIAH HAMIDAH HAMSIAH HASANAH HELDA HERLINA MASTURA JAMILAH"
        " JAMIAH JUMIATI KAMARIAH KHADIJAH LAILA MARDIAH MARIATUL MARWIYAH MASITAH MISBAH MISNAWATI"
        " MURNIATI NORHASANAH NORHAYATI NORJANAH NORLAILA NURJANNAH PAHRIAH RABIATUL RAHIMAH RAHMAH"
        " RUSDIANA RUSMINI SA'DIAH SABARIAH SALASIAH SALMAH SAMSIAH SANIAH SAPURAH SITI NORHIKMAH"
        " SYARIFAH UMI WARDAH YULIANA ZAINAB ZUBAIDAH ZURAIDAH"
    ),
    male_second=_words(
        "NOOR NOR RAHMAN FAUZI RIZKI HIDAYAT ANWAR SALEH HAKIM ARIFIN MUSTAFA HASAN YANI EFENDI"
        " FAHMI IKHSAN RIFANI MA'RUF"
    ),
    female_second=_words("RAHMAH AISYAH LATIFAH WATI HAYATI NISA FITRI MAULIDA JANNAH ZAHRA A'YUN"),
    family=(),
    is_muslim=True,
    one_word=0.38,
)
JAWA = People(
    male=_words(
        "AGUS BAMBANG BUDI DARMANTO DARTO DEDI EKO HARIYANTO HARTONO HERI IMAM JOKO JUMADI KASIMAN"
        " KASNO KATIMIN KUSNADI LASIMIN MARGONO MARSUDI MISDI MISRAN MUJIONO NGATIMIN PAIJAN PAIMIN"
        " PARDI PARMAN PONIMIN PONIRAN PUJIONO PURNOMO RIYANTO SAMIDI SAMINGAN SAMIRAN SARJONO"
        " SARWONO SLAMET SUGENG SUGIONO SUKARDI SUKIMAN SUMARNO SUPARDI SUPRIYADI SURATMAN SUROSO"
        " SUTRISNO SUYANTO TARMUJI TEGUH TRIYONO TUKIMIN UNTUNG WAGIMAN WAGIMIN WALUYO WARSITO"
        " WIDODO YATIMIN"
    ),
    female=_words(
        "ASTUTI DARMI DARSINI DEWI DWI ENDANG HARTINI JUMINAH KARSINI KASIYEM KATINEM LASMI LESTARI"
        " MARSINI MARYATI MISINEM MUJIATI MURTINI NGATINI PAINEM PAIRAH PARTI PONIRAH PUJI PURWANTI"
        " RATNA RETNO RUKMINI SAMINEM SARINAH SARTINI SITI SRI SUGIARTI SUHARTINI SUKARTI SUKINAH"
        " SULASTRI SULIYAH SUMARNI SUMIATI SUMINI SUNARTI SUPARTI SUPINAH SURATMI SURTINI SUTINI"
        " TITIK TRI TUMINAH TUMIRAH TUTIK WAGINAH WAHYUNI WARSINI WIJI WINARSIH YATEMI YUNI"
    ),
    male_second=_words(
        "SANTOSO SUSILO PRASETYO WIBOWO SETIAWAN NUGROHO UTOMO RAHARJO SAPUTRA HARTANTO CAHYONO"
    ),
    female_second=_words("WAHYUNI LESTARI HANDAYANI NINGSIH RAHAYU UTAMI WULANDARI ASTUTI PUJIATI"),
    family=(),
    is_muslim=True,
    one_word=0.55,
)
MADURA = People(
    male=_words(
        "ABDUS ABU ACHMAD BAIDOWI BUDIN BUSRI FATHOR HASAN HASYIM HOLIL HORI IKSAN JAMAL JUMAR"
        " KACONG MADHARI MARZUKI MASDUKI MATRASI MATSUKI MOHAMMAD MUNAWAR MUNIR MUSLIM NIWAN RIPAI"
        " ROFII SAHRUL SALAM SAMAUN SAMSURI SANUSI SLEMAN SUBAIRI SUKRAN TAJUDIN TORIK UMAR ZAINI"
    ),
    female=_words(
        "ASIYA ASMI BUNATI FATMAWATI HALIMAH HAMIYAH HANIYAH HASIYAH HOLILAH HOSNIYAH JUMATI"
        " KHOTIMAH MAISAROH MARHAMAH MARIYEH MASRUROH MISNATI MUNAWAROH MUSLIMAH MUTMAINNAH NAIMAH"
        " NURHASANAH ROHMAH RUKAYYAH SAHRIYAH SAMSIYAH SATUNI SITI SUHRIYAH SULAIHA SUMIYATI TIMAH"
        " ULFAH ZAINAB ZAHROH"
    ),
    male_second=_words("RAHMAN SALAM HADI ARIFIN ROHIM RASYID BASRI MUKTI QODIR HALIM MA'RUF"),
    female_second=_words("HASANAH AMINAH ROHMAH JANNAH MUKARROMAH SA'ADAH KHOTIMAH"),
    family=(),
    is_muslim=True,
    one_word=0.45,
)
BUGIS = People(
    male=_words(
        "ABIDIN AMBO ANDI AMIRUDDIN ARSYAD BACO BAHARUDDIN BASO DAENG FIRMAN HAMZAH HASANUDDIN"
        " HERMAN IBRAHIM JAFAR JUFRI KAMARUDDIN LAODE LATANG MAPPA MANSYUR MUSTAMIN NURDIN"
        " PALAGUNA RUSTAM SAENAL SALAHUDDIN SUDIRMAN SULTAN SYAMSUDDIN TAHIR WAWAN ZAINUDDIN"
    ),
    female=_words(
        "ANDI RISKA BESSE DARMAWATI FATIMAH HADERA HALIJAH HASNAH HASNIATI INDO JUMRIAH KARTINI"
        " MARDIANA MARWAH MULIATI NAHARIA NURBAYA NURHAEDA NURHAYATI NURMIATI RABIAH RAMLAH"
        " RAHMATIA ROSDIANA SALMIAH SITTI SUARNI SURIANI TENRI WAHIDAH"
    ),
    male_second=_words("TAHIR MAPPANGARA RAHIM YUSUF HAMID AMIN KADIR SAID SALEH"),
    female_second=_words("NUR FATMA AMIR RAHIM TAHIR HAMID WATI"),
    family=(),
    is_muslim=True,
    one_word=0.35,
)

PEOPLES = {"DAYAK": DAYAK, "BANJAR": BANJAR, "JAWA": JAWA, "MADURA": MADURA, "BUGIS": BUGIS}
_MUHAMMAD = ("MUHAMMAD", "MUH.", "M.", "MUHAMMAD", "MOHAMMAD")


def pick(rng: Random, choices):
    """One of a sequence. `Random.choice` may change between Python versions; this does not."""
    return choices[int(rng.random() * len(choices))]


def pick_weighted(rng: Random, weights: dict):
    """One of the keys, as often as its weight says."""
    point = rng.random() * sum(weights.values())
    for key, weight in weights.items():
        point -= weight
        if point < 0:
            return key
    return key


def draw_name(rng: Random, people: People, sex: str, *, age: int, family: str = "") -> str:
    """A name in capitals, at most 60 characters; `family` only for those who have family names."""
    male = sex == MALE
    first = pick(rng, people.male if male else people.female)
    words = [first]
    # The young have longer names than their grandparents.
    if rng.random() > people.one_word + (0.2 if age > 50 else -0.15 if age < 20 else 0):
        if rng.random() < 0.03:
            words.append(first)
        else:
            words.append(pick(rng, people.male_second if male else people.female_second))
        if age < 20 and rng.random() < 0.3:
            words.append(pick(rng, people.male_second if male else people.female_second))
    if family and rng.random() < 0.75:
        words = [*words[:2], family]
    if people.is_muslim and male and words[0] != "MUHAMMAD" and rng.random() < 0.16:
        words.insert(0, pick(rng, _MUHAMMAD))
    if people.is_muslim and not male and words[0] != "SITI" and rng.random() < 0.07:
        words.insert(0, pick(rng, ("SITI", "SITI", "ST.")))
    if people.is_muslim and age > 45 and rng.random() < 0.06:
        words.insert(0, "H." if male else "HJ.")
    return " ".join(words)


def misspelt(rng: Random, name: str) -> str:
    """The name as another clerk would have written it; sometimes the same."""
    habits = (
        ("AH", "A"), ("NOR", "NUR"), ("SY", "S"), ("Y", "I"), ("U", "OE"), ("DD", "D"),
        ("MUHAMMAD", "MUH."), ("Z", "J"), ("IYAH", "IAH"), ("NN", "N"), ("TH", "T"), ("'", ""),
    )  # fmt: skip
    fitting = [(old, new) for old, new in habits if old in name]
    if not fitting:
        return name
    old, new = pick(rng, fitting)
    return name.replace(old, new, 1)
