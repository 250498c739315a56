"""The form of a visit: its questions follow from the reason of the visit."""

from datetime import date
from uuid import uuid4

from django import forms
from django.utils import timezone

from beneficiaries.identity import nik_agrees, nik_facts
from beneficiaries.models import ExitReason, Person
from verification import risks
from verification.actions.cases import Finding, Visit
from verification.models import Case, CaseMember

FOUND = "DITEMUKAN"
STILL = "LAYAK"
WHERE = (
    (FOUND, "Ditemukan di alamat ini"),
    (ExitReason.PINDAH, "Pindah"),
    (ExitReason.TIDAK_DITEMUKAN, "Tidak ditemukan"),
    (ExitReason.MENINGGAL, "Meninggal, tanpa anggota lain"),
)
NEED = (
    (STILL, "Masih layak menerima"),
    *(
        (reason, reason.label)
        for reason in (
            ExitReason.SUDAH_MAMPU,
            ExitReason.ASN_TNI_POLRI,
            ExitReason.PERANGKAT_DESA,
            ExitReason.GANDA,
            ExitReason.MENOLAK,
            ExitReason.GRADUASI,
        )
    ),
)
CARD = (
    ("PENGURUS", "Pengurus sendiri"),
    ("ANGGOTA", "Anggota keluarga lain"),
    ("PIHAK_LAIN", "Agen atau pihak lain"),
    ("BELUM", "Belum menerima KKS"),
)
EXCEPTIONS = (
    ("", "Keterangan lain: tidak ada"),
    *(
        (outcome, outcome.label)
        for outcome in (
            CaseMember.Outcome.MENINGGAL,
            CaseMember.Outcome.GANDA,
            CaseMember.Outcome.TANPA_DOKUMEN,
        )
    ),
)
PROBLEMS = {
    "NIK_SERIAL_ZERO": "Empat angka terakhir NIK tidak mungkin 0000. Salin lagi dari KTP-el.",
    "NIK_PROVINCE": "Dua angka pertama NIK bukan kode provinsi. Salin lagi dari KTP-el.",
    "NIK_REGION": "Kode wilayah di awal NIK tidak mungkin. Salin lagi dari KTP-el.",
    "NIK_DATE": "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir. Salin lagi dari KTP-el.",
}
FIELDS_TOLD = {"SEX": "jenis kelamin"}


def nik_problem(nik: str) -> str:
    """What is wrong with a typed NIK by itself, or ""."""
    if not nik.isdigit():
        return "NIK hanya berisi angka."
    problem = nik_facts(nik, today=timezone.localdate()).problem
    if problem == "NIK_LENGTH":
        return (
            f"NIK baru {len(nik)} angka. Seharusnya 16 angka."
            if len(nik) < 16
            else (f"NIK tertulis {len(nik)} angka. Seharusnya 16 angka.")
        )
    return PROBLEMS.get(problem, "")


def nik_doubt(nik: str, person: Person) -> str:
    """What does not fit the person, without being an error, or ""."""
    found = nik_agrees(nik, person.birth_date, person.sex, today=timezone.localdate())
    if not found:
        return ""
    told = sorted({FIELDS_TOLD.get(one.code, "tanggal lahir") for one in found})
    return f"NIK ini berbeda dari {' dan '.join(told)} terdaftar. Cocokkan dengan KTP-el."


def typed_nik(text: str) -> str:
    return "".join(text.split()).replace("-", "").replace(".", "")


class VisitForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    where = forms.ChoiceField(
        choices=WHERE,
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih salah satu: ditemukan, pindah, atau tidak ditemukan."},
    )
    need = forms.ChoiceField(choices=NEED, widget=forms.RadioSelect, required=False)
    card = forms.ChoiceField(choices=CARD, widget=forms.RadioSelect, required=False)
    visited_on = forms.DateField(
        label="Tanggal kunjungan",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "input big", "type": "date"}),
        error_messages={"required": "Tanggal kunjungan belum diisi."},
    )
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea)
    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )
    longitude = forms.FloatField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    accuracy = forms.FloatField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data=None, *, case: Case, people: list[Person]):
        self.case, self.people = case, people
        self.asked = [risk for risk in risks.of(case.risks) if risk.answers]
        self.doubtful = [person for person in people if not person.nik_confirmed_on]
        known = {member.person_id: member for member in case.members.all()}
        super().__init__(data, initial=self._initial_of(case, known))
        for risk in self.asked:
            self.fields[f"risk_{risk.code}"] = forms.ChoiceField(
                choices=[(answer, answer) for answer in risk.answers],
                widget=forms.RadioSelect,
                required=False,
            )
        for person in people:
            self.fields[f"home_{person.pk}"] = forms.BooleanField(required=False)
            self.fields[f"other_{person.pk}"] = forms.ChoiceField(
                choices=EXCEPTIONS, required=False
            )
        for person in self.doubtful:
            self.fields[f"nik_{person.pk}"] = forms.CharField(required=False, max_length=40)

    def _initial_of(self, case: Case, known: dict[int, CaseMember]) -> dict:
        """A visit that was sent back begins with what was found then."""
        initial = {
            "key": uuid4(),
            "version": case.version,
            "visited_on": timezone.localdate(),
            "note": case.note,
        }
        if case.is_found is not None:
            gone = {value for value, _ in WHERE} - {FOUND}
            is_gone = not case.is_found or case.reason in gone
            initial["where"] = case.reason if is_gone else FOUND
            initial["need"] = "" if is_gone else STILL if case.is_eligible else case.reason
        for person in self.people:
            outcome = known[person.pk].outcome if person.pk in known else "TERKONFIRMASI"
            initial[f"home_{person.pk}"] = outcome == CaseMember.Outcome.TERKONFIRMASI
            if outcome in dict(EXCEPTIONS):
                initial[f"other_{person.pk}"] = outcome
        return initial

    def clean(self):
        data = super().clean()
        if data.get("where") == FOUND and not data.get("need"):
            self.add_error("need", "Pilih masih layak, atau alasan keluarga tidak layak lagi.")
        day = data.get("visited_on")
        if day and day > timezone.localdate():
            self.add_error("visited_on", "Tanggal kunjungan tidak boleh sesudah hari ini.")
        for person in self.doubtful:
            name = f"nik_{person.pk}"
            typed = typed_nik(data.get(name) or "")
            if typed and (problem := nik_problem(typed)):
                self.add_error(name, problem)
            data[name] = typed
        return data

    def _outcome(self, person: Person) -> str:
        other = self.cleaned_data[f"other_{person.pk}"]
        if other:
            return other
        is_home = self.cleaned_data[f"home_{person.pk}"]
        return (
            CaseMember.Outcome.TERKONFIRMASI if is_home else CaseMember.Outcome.TIDAK_TERKONFIRMASI
        )

    def visit(self) -> Visit:
        """What the valid form says. Nobody is asked for members of a family that is not there."""
        data = self.cleaned_data
        is_here = data["where"] == FOUND
        is_eligible = is_here and data["need"] == STILL
        answers = {risk.code: data[f"risk_{risk.code}"] for risk in self.asked}
        if data["card"]:
            answers["KKS"] = dict(CARD)[data["card"]]
        place = (data["latitude"], data["longitude"])
        return Visit(
            visited_on=data["visited_on"],
            is_found=data["where"] in (FOUND, ExitReason.MENINGGAL),
            is_eligible=is_eligible,
            reason="" if is_eligible else data["need"] if is_here else data["where"],
            note=data["note"].strip(),
            members=tuple(
                Finding(
                    person.pk,
                    self._outcome(person),
                    data.get(f"nik_{person.pk}", "")
                    if data.get(f"nik_{person.pk}") != person.nik
                    else "",
                )
                for person in (self.people if is_here else [])
            ),
            answers={code: answer for code, answer in answers.items() if answer},
            location=(*place, data["accuracy"] or 0.0) if None not in place else None,
        )


def age(person: Person, today: date) -> int | None:
    born = person.birth_date
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
