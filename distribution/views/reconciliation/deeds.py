"""What can be done about findings: the words of the buttons, the questions and the answers."""

from dataclasses import dataclass

from distribution.models.reconciliation import FindingStatus

HANDLE = "distribution.handle_reconciliationfinding"
ANSWER = "distribution.answer_reconciliationfinding"


@dataclass(frozen=True)
class Deed:
    """What can be done about findings that are chosen; and the state it leads to."""

    key: str
    status: str
    button: str
    icon: str
    permission: str
    question: str
    hint: str
    done: str
    is_main: bool = False


DEEDS = (
    Deed(
        "serahkan",
        FindingStatus.DITINDAKLANJUTI,
        "Serahkan",
        "person",
        HANDLE,
        "Serahkan {count} temuan?",
        "Apa yang perlu dilakukan; boleh kosong.",
        "{count} temuan diserahkan.",
    ),
    Deed(
        "selesai",
        FindingStatus.SELESAI,
        "Catat selesai",
        "check",
        HANDLE,
        "Catat {count} temuan selesai?",
        "Apa yang dilakukan dan hasilnya, misalnya: top up diulang bank pada 2 Desember 2021.",
        "{count} temuan dicatat selesai.",
    ),
    Deed(
        "bukan-masalah",
        FindingStatus.BUKAN_MASALAH,
        "Bukan masalah",
        "ok",
        HANDLE,
        "Catat {count} temuan bukan masalah?",
        "Mengapa perbedaan ini benar, misalnya: KPM bekerja di kabupaten lain dan belanja di sana.",
        "{count} temuan dicatat bukan masalah.",
    ),
    Deed(
        "minta",
        FindingStatus.DIMINTA,
        "Minta penjelasan bank",
        "send",
        HANDLE,
        "Minta penjelasan bank tentang {count} temuan?",
        "Yang ditanyakan kepada bank; boleh kosong.",
        "{count} temuan diminta ke bank.",
        is_main=True,
    ),
    Deed(
        "buka",
        FindingStatus.BELUM,
        "Buka kembali",
        "undo",
        HANDLE,
        "Buka kembali {count} temuan?",
        "Alasan dibuka kembali; boleh kosong.",
        "{count} temuan dibuka kembali.",
    ),
    Deed(
        "jawab",
        FindingStatus.DIJAWAB,
        "Jawab",
        "chat",
        ANSWER,
        "Jawab {count} temuan?",
        "Sebab menurut bank, dan kapan diselesaikan.",
        "{count} temuan dijawab.",
        is_main=True,
    ),
)


def deeds_of(user) -> list[Deed]:
    return [deed for deed in DEEDS if user.has_perm(deed.permission)]
