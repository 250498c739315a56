"""Proposals and objections to answer, places to grant, KPM that a meeting wants out."""

from collections.abc import Iterator

from accounts.scope import Scope
from dashboards import links
from dashboards.work.tasks import Waiting
from verification.actions.proposals import DECIDE
from verification.figures.replacement import asked_to_leave
from verification.models import Objection, PayeeChange, Proposal, Replacement

ANSWER = {
    Proposal: ("usulan", "Jawab usulan keluarga", "Menunggu jawaban.", "Lihat usulan"),
    Objection: ("sanggah", "Jawab sanggah", "Menunggu jawaban.", "Lihat sanggah"),
}
GRANT = {
    Replacement: (
        "penggantian",
        "Putuskan penggantian KPM",
        "Tempat dalam kuota ditahan sampai diputus.",
        "Lihat penggantian",
    ),
    PayeeChange: (
        "pengurus",
        "Putuskan ganti pengurus",
        "KKS menunggu pengurus baru.",
        "Lihat pengajuan",
    ),
}
LEAVE = (
    "KPM",
    "Catat KPM yang diusulkan keluar",
    "Diputus musyawarah desa dan belum dikunjungi.",
    "Lihat daftar",
)


def lines(user, code: str) -> Iterator[Waiting]:
    """Each only for who may decide it, and without what the user has entered."""

    def waiting(model):
        rows = model.objects.visible_to(user).filter(Scope((code,)).condition(model.PLACE))
        return rows.decidable_by(user)

    for model, words in ANSWER.items():
        if user.has_perm(DECIDE[model]):
            yield Waiting(
                waiting(model), *words, links.for_me(user, model, code), due_field="due_on"
            )
    if user.has_perm("verification.decide_replacement"):
        for model, words in GRANT.items():
            yield Waiting(waiting(model), *words, links.for_me(user, model, code))
    if user.has_perm("verification.visit_case"):
        rows = asked_to_leave(user).filter(Scope((code,)).condition("village"))
        yield Waiting(rows, *LEAVE, links.waiting_list(user))
