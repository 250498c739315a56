"""What the field does on the phone: why families are visited, and visits that wait for a check."""

from datetime import date
from uuid import UUID

from django.db import connection

from accounts.models import User
from regions.models import Region
from verification import risks
from verification.actions import cases as actions
from verification.models import Case, CaseMember, Round

# A kecamatan of each TKSK of the demo (users.py).
_FIELD = {"tksk.selat": "62.03.01", "tksk.basarang": "62.03.08"}
_VISITS = 9
_RETURNED_FOR = "Foto rumah belum ada, dan pekerjaan kepala keluarga belum diisi."


def create_visits(round_: Round, *, users: dict[str, User], today: date) -> None:
    """Reasons for the open cases; in two kecamatan some visits, one of them sent back."""
    with connection.cursor() as cursor:
        codes = [code for code in risks.RISKS if code != "LAMA_TAK_DIKUNJUNGI"]
        cursor.execute(
            f"UPDATE verification_case c SET risks = found.risks FROM ({risks.found_sql(codes)})"
            " found WHERE found.household_id = c.household_id AND c.round_id = %(round)s"
            " AND c.status IN ('BELUM', 'DIKEMBALIKAN')",
            {"round": round_.pk, "today": today},
        )
    for username, district in _FIELD.items():
        user = users[username]
        cases = round_.cases.to_do().filter(
            village__in=Region.objects.inside(district), upload=None
        )
        actions.assign(
            cases.filter(pk__in=list(cases.order_by("pk").values_list("pk", flat=True)[:30])),
            officer=user,
            by=users["petugas.kapuas"],
        )
        for number, case in enumerate(cases.filter(officer=user).order_by("pk")[:_VISITS]):
            _visit(case, number, user, today)
        sent_back = Case.objects.to_check().filter(visited_by=user).order_by("pk").first()
        if sent_back:
            actions.return_case(sent_back, reason=_RETURNED_FOR, by=users["supervisor.kapuas"])


def _visit(case: Case, number: int, user: User, today: date) -> None:
    is_eligible = number != 4
    actions.record_visit(
        case,
        actions.Visit(
            visited_on=today,
            is_found=True,
            is_eligible=is_eligible,
            reason="" if is_eligible else "SUDAH_MAMPU",
            note="" if is_eligible else "Mempunyai warung dan mobil angkutan.",
            members=tuple(
                actions.Finding(person, CaseMember.Outcome.TERKONFIRMASI)
                for person in case.household.members.active().values_list("pk", flat=True)
            ),
            answers={"KKS": "Pengurus sendiri"},
        ),
        key=UUID(int=case.pk),
        version=case.version,
        by=user,
    )
