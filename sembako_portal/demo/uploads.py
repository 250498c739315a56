"""Uploads of the demo province: real sheets that go the real way, to every status.

What the worker would do in the background is done here at once, so that the demo is complete when
the command ends. Uploads that are left received, being checked or approved go on as soon as a
worker runs.
"""

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import xlsxwriter
from django.db import connection
from django.db.models import F

from accounts import scope
from accounts.models import User
from accounts.roles import Role
from beneficiaries.identity import kk_plausible
from beneficiaries.models import Household
from regions.models import Region
from sembako_portal.demo import bnba
from sembako_portal.demo.population import Family, Member
from sembako_portal.demo.rounds import Visit
from sembako_portal.demo.users import LOGINS
from spreadsheets.writing import prefilled
from uploads import actions, steps, tasks
from uploads.models import Upload
from verification.models import Case, Round
from verification.sheets import HASIL_VERIFIKASI, NO, REASONS, YES

_BNBA = "dtks_bnba"
_WORD_OF_REASON = {code: word for word, code in REASONS.items()}
_ROWS = 40
# Whose second sheet of the round has been approved and applied already.
_DONE = frozenset({"62.71"})


def create_uploads(
    families: Sequence[Family],
    visits: Sequence[Visit],
    *,
    round_: Round,
    users: Mapping[str, User],
) -> None:
    """Sheets of the round from every regency, and BNBA sheets in every status."""
    officers = {
        login.regions[0]: users[login.username] for login in LOGINS if login.role == Role.PETUGAS
    }
    maker = _Maker(families, officers, users["koordinator"])
    for regency, in_regency in groupby(visits, lambda visit: _regency(families, visit)):
        maker.results(regency, list(in_regency), round_)
    maker.registers()


def _regency(families: Sequence[Family], visit: Visit) -> str:
    return families[visit.household - 1].village.regency


@contextmanager
def _as(user: User | None) -> Iterator[None]:
    """What follows is done within the user's scope, as in a request (None: by the worker)."""
    with scope.applied(user and user.scope):
        yield
    with connection.cursor() as cursor:
        # They would go with the step's own transaction; here all steps are in one.
        cursor.execute("DISCARD TEMP")


class _Maker:
    def __init__(
        self, families: Sequence[Family], officers: Mapping[str, User], reviewer: User
    ) -> None:
        self.families = families
        self.officers = officers
        self.reviewer = reviewer
        # As of today: the round has taken some out of the programme.
        self.kpm = set(Household.objects.kpm().values_list("pk", flat=True))
        self.regions = Region.objects.in_bulk()
        self.names = {code: region.name for code, region in self.regions.items()}

    def receive(
        self, kind: str, regency: str, content: bytes, name: str, reference: str = ""
    ) -> Upload:
        officer = self.officers[regency]
        with _as(officer):
            return actions.receive(
                by=officer,
                kind=kind,
                region=self.regions[regency],
                file=io.BytesIO(content),
                name=name,
                reference=reference,
            )

    def check(self, upload: Upload) -> Upload:
        with _as(None):
            tasks.check.call(upload.pk)
        upload.refresh_from_db()
        return upload

    # Sheets of the round

    def results(self, regency: str, visits: Sequence[Visit], round_: Round) -> None:
        """What is handed in, and what was handed in and returned."""
        for status, wave, days in (
            (Case.Status.DIKEMBALIKAN, "gelombang 1", 6),
            (Case.Status.DIAJUKAN, "gelombang 2", 2),
        ):
            rows = [self._result(visit) for visit in visits if visit.status == status]
            if not rows:
                continue
            name = f"{self.names[regency]}, {round_.name} {wave}"
            content = _result_sheet(rows, regency, round_, title=name)
            upload = self.check(
                self.receive(HASIL_VERIFIKASI.key, regency, content, f"{name}.xlsx", str(round_.pk))
            )
            if not upload.rows_to_apply:
                continue
            if status == Case.Status.DIAJUKAN and regency in _DONE:
                self._apply(upload)
                continue
            self._submit(upload)
            if status == Case.Status.DIKEMBALIKAN:
                with _as(self.reviewer):
                    actions.return_to_sender(
                        upload,
                        by=self.reviewer,
                        reason="Tanggal kunjungan belum sesuai dengan berita acara musyawarah.",
                    )
            _sent_days_ago(upload, days)

    def _result(self, visit: Visit) -> dict[str, str]:
        family = self.families[visit.household - 1]
        payee = family.members[family.payee]
        return {
            "case_id": str(visit.case_id),
            "district": self.names[family.village.code[:8]],
            "village_name": family.village.name,
            "address": family.address,
            "kk_number": family.kk_number,
            "nik": payee.nik,
            "name": payee.name,
            "birth_date": payee.birth_date.isoformat(),
            "is_found": YES if visit.is_found else NO,
            "is_eligible": YES if visit.is_eligible else NO,
            "reason": _WORD_OF_REASON[visit.reason] if visit.reason else "",
            "new_nik": _repaired(payee, family, visit.case_id) if visit.is_found else "",
            "visited_on": visit.visited_on.isoformat(),
            "note": visit.note,
        }

    # Sheets of the register

    def registers(self) -> None:
        for regency, name, finish, change in (
            ("62.71", "Pemutakhiran kelurahan", self._apply, _moved),
            ("62.02", "Pemutakhiran Mentaya", self._revert, _moved),
            ("62.12", "BNBA Murung Raya", self._fail, None),
            ("62.03", "BNBA Kapuas triwulan IV", self._leave, _confused),
            ("62.10", "BNBA Gunung Mas", self._leave, None),
            ("62.06", "Pemutakhiran Katingan", self._approve, _moved),
            ("62.05", "BNBA Barito Utara", self._cancel, _confused),
        ):
            place = "62.11" if finish == self._fail else regency
            rows = self._register_rows(place)
            if not rows:
                continue
            for number, row in enumerate(rows):
                if change:
                    change(number, row)
            upload = self.receive(_BNBA, regency, _register_sheet(rows), f"{name}.xlsx")
            finish(self.check(upload))
        for regency, name, begin in (
            ("62.13", "BNBA Barito Timur", lambda upload: None),
            ("62.07", "BNBA Seruyan", steps.begin_check),
        ):
            if rows := self._register_rows(regency):
                begin(self.receive(_BNBA, regency, _register_sheet(rows), f"{name}.xlsx"))

    def _register_rows(self, regency: str) -> list[dict[str, str]]:
        inside = (
            family
            for number, family in enumerate(self.families, start=1)
            if family.village.regency == regency and number in self.kpm and _is_sound(family)
        )
        return list(_first(bnba.family_rows(family, self.names) for family in inside))

    def _submit(self, upload: Upload) -> Upload:
        with _as(upload.sent_by):
            return actions.submit(upload, by=upload.sent_by)

    def _leave(self, upload: Upload) -> None:
        _sent_days_ago(upload, 1)

    def _approve(self, upload: Upload) -> Upload:
        self._submit(upload)
        with _as(self.reviewer):
            return actions.approve(upload, by=self.reviewer)

    def _apply(self, upload: Upload) -> None:
        self._approve(upload)
        with _as(None):
            tasks.apply.call(upload.pk)

    def _revert(self, upload: Upload) -> None:
        self._apply(upload)
        with _as(self.reviewer):
            actions.revert(upload, by=self.reviewer)

    def _cancel(self, upload: Upload) -> None:
        with _as(upload.sent_by):
            actions.cancel(upload, by=upload.sent_by)

    def _fail(self, upload: Upload) -> None:
        """The sheet of another regency has already failed."""
        _sent_days_ago(upload, 3)


def _first(families: Iterator[list[dict[str, str]]]) -> Iterator[dict[str, str]]:
    """Whole families until there are enough rows."""
    count = 0
    for rows in families:
        if count >= _ROWS:
            return
        count += len(rows)
        yield from rows


def _is_sound(family: Family) -> bool:
    """A family of which a check has nothing to say."""
    return kk_plausible(family.kk_number) and all(
        member.match_note == "PADAN" for member in family.members
    )


def _repaired(payee: Member, family: Family, case_id: int) -> str:
    """The NIK as the officer read it from the identity card, where the registered one is cut."""
    if payee.nik and len(payee.nik) == 16 and not payee.nik.endswith("0000"):
        return ""
    day = payee.birth_date.day + (40 if payee.sex == "P" else 0)
    return f"{family.village.district_digits}{day:02d}{payee.birth_date:%m%y}9{case_id % 1000:03d}"


def _moved(number: int, row: dict[str, str]) -> None:
    """Some families have another address, some members another occupation."""
    if number % 5 == 0:
        row["ALAMAT"] = f"JL. BARU NO. {number + 1}"
    if number % 7 == 0 and row["HUB KELUARGA"] == "KEPALA KELUARGA":
        row["PEKERJAAN"] = "PEDAGANG"


def _confused(number: int, row: dict[str, str]) -> None:
    """A sheet that came through Excel, by several hands."""
    habits: dict[int, Callable[[], None]] = {
        1: lambda: row.update({"NIK": f"{row['NIK'][:12]}0000"}),
        2: lambda: row.update({"PEKERJAAN": "PEDAGANG"}),
        3: lambda: row.update({"TANGGAL LAHIR": _day_and_month_swapped(row["TANGGAL LAHIR"])}),
        4: lambda: row.update({"NAMA": row["NAMA"].replace("NOR", "NUR", 1)}),
        6: lambda: row.update({"JENIS KELAMIN": "P" if row["JENIS KELAMIN"] == "L" else "L"}),
        8: lambda: row.update({"DESA/KELUARAHAN": f"{row['DESA/KELUARAHAN']} UJUNG"}),
        9: lambda: row.update({"NIK": row["NIK"][:15]}),
    }
    if number % 10 in habits:
        habits[number % 10]()


def _day_and_month_swapped(written: str) -> str:
    day, month, year = written.split("/")
    return f"{month}/{day}/{year}" if int(day) <= 12 else written


def _result_sheet(
    rows: Sequence[Mapping[str, str]], regency: str, round_: Round, *, title: str
) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "lembar.xlsx"
        prefilled(
            HASIL_VERIFIKASI,
            rows,
            path,
            identity={
                "layout": HASIL_VERIFIKASI.key,
                "round": str(round_.pk),
                "region": regency,
            },
            title=title,
            filled=HASIL_VERIFIKASI.fields,
        )
        return path.read_bytes()


def _register_sheet(rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("BNBA")
        for column, heading in enumerate(bnba.HEADINGS):
            sheet.write_string(0, column, heading)
            for number, row in enumerate(rows, start=1):
                sheet.write_string(number, column, row[heading])
    return out.getvalue()


def _sent_days_ago(upload: Upload, days: int) -> None:
    """Set the times of an upload back, so that its story does not all happen in one minute.

    Not for one that was applied: the time of applying ties it to the rows that it wrote.
    """
    back = timedelta(days=days)
    Upload.objects.filter(pk=upload.pk).update(
        sent_at=F("sent_at") - back,
        submitted_at=F("submitted_at") - back,
        reviewed_at=F("reviewed_at") - back + timedelta(hours=20),
    )
    upload.events.update(at=F("at") - back)
    decided = upload.events.filter(status__in=[Upload.Status.DIKEMBALIKAN, Upload.Status.DISETUJUI])
    decided.update(at=F("at") + timedelta(hours=20))
    Case.objects.filter(upload=upload).update(changed_at=F("changed_at") - back)
