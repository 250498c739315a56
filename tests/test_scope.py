"""Every model with a place, at every door, for an officer of another district; and under it the
database, which shows the restricted role its own regencies only, whatever the query asks for."""

import io
import json
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from openpyxl import load_workbook

from accounts import scope
from accounts.models import AccessLog
from accounts.roles import PERMISSIONS, Role
from beneficiaries.models import Household
from coordination.models import Briefing, ComplaintStep, FollowUpStep, Minutes
from dashboards.figures import REGISTER_COUNTS
from dashboards.models import (
    MatchDay,
    MatchFigures,
    PayoutFigures,
    RegencyMonth,
    RegencyPayout,
    RegisterFigures,
    RoundDay,
    RoundFigures,
    VillageFigures,
    VillageMonth,
)
from dashboards.payouts import COUNTED
from distribution.models import (
    AccountOpening,
    AccountOpeningMember,
    Agent,
    AgentPrice,
    AgentVillage,
    Budget,
    CardEvent,
    FindingStep,
    LeftOut,
    OverlapFinding,
    PaymentReport,
    PaymentSum,
    ProgrammePair,
    PurchaseLine,
    Reconciled,
    ReconciliationFinding,
)
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    AgentVisitFactory,
    AttachmentFactory,
    CardFactory,
    CaseFactory,
    CivilRecordFactory,
    ComplaintFactory,
    DecreeFactory,
    EndorsementFactory,
    EndorsementItemFactory,
    EnrollmentFactory,
    FollowUpFactory,
    HouseholdFactory,
    MatchBatchFactory,
    MatchResultFactory,
    MeetingFactory,
    ObjectionFactory,
    PayeeChangeFactory,
    PaymentFactory,
    PeriodFactory,
    PersonFactory,
    ProposalFactory,
    PurchaseFactory,
    QuotaFactory,
    RakorFactory,
    ReplacementFactory,
    RoundFactory,
    UploadFactory,
    UserFactory,
)
from uploads.models import UploadEvent, UploadIssue, UploadRow
from verification.models import (
    CaseCount,
    CaseMember,
    CaseStep,
    DecreeItem,
    DuplicateGroup,
    DuplicateMember,
    EndorsementStep,
    MatchCandidate,
    MatchDecision,
    MeetingAttendee,
    MeetingDecision,
    MeetingStep,
    Merge,
    NotSame,
    Objector,
    ProposalMember,
    ProposalStep,
    RoundRegion,
    SecondLook,
)

pytestmark = pytest.mark.django_db

NEIGHBOUR_VILLAGE = "62.03.01.1006"  # in Kapuas too, in another kecamatan
# Tables with a regency code that everybody may read.
WITHOUT_POLICY = {"regions_region": "the tree of places is public reference data"}


def _upload(village):
    return UploadFactory(
        region_id=village[:5], sent_by=UserFactory(), content=village.encode(), kind="dtks_bnba"
    )


def _of_upload(model, **kwargs):
    return lambda village: model.objects.create(
        upload=_upload(village), region_id=village[:5], **kwargs
    )


def _result(village):
    return MatchResultFactory(person__household__village_id=village, batch__region_id=village[:5])


def _decision(village):
    result = _result(village)
    return MatchDecision.objects.create(
        result=result, village_id=village, verdict="TOLAK", by=UserFactory()
    )


def _not_same(village):
    decision = _decision(village)
    return NotSame.objects.create(
        person=decision.result.person, village_id=village, nik="6203011205839001", decision=decision
    )


def _group(village):
    number = DuplicateGroup.objects.count()
    return DuplicateGroup.objects.create(kind="NIK_SAMA", key=f"{village} {number}")


def _merge(village):
    survivor, merged = (PersonFactory(household__village_id=village) for _ in range(2))
    return Merge.objects.create(
        group=_group(village),
        survivor=survivor,
        merged=merged,
        village_id=village,
        before={},
        by=UserFactory(),
    )


def _step(village):
    case = CaseFactory(household__village_id=village)
    return CaseStep.objects.create(
        case=case,
        village_id=village,
        action="TUGASKAN",
        after=case.status,
        version=1,
        by=UserFactory(),
    )


def _member(village):
    case = CaseFactory(household__village_id=village)
    return CaseMember.objects.create(
        case=case, person=case.household.payee, village_id=village, outcome="TERKONFIRMASI"
    )


def _item(village):
    endorsement = EndorsementFactory(region_id=village[:5])
    return EndorsementItemFactory(endorsement=endorsement, village_id=village)


def _second_look(village):
    item = _item(village)
    return SecondLook.objects.create(
        endorsement=item.endorsement,
        item=item,
        village_id=village,
        method="ACAK",
        why="Acak",
        chosen_by=UserFactory(),
    )


def _of_meeting(model, **kwargs):
    def of(village):
        meeting = MeetingFactory(village_id=village)
        by = {"by": meeting.made_by} if "by" in kwargs else {}
        return model.objects.create(meeting=meeting, village_id=village, **kwargs | by)

    return of


def _opening(village):
    return AccountOpening.objects.create(
        bank_id="002",
        region_id=village[:5],
        name=f"Kelompok {AccountOpening.objects.count()}",
        sent_on="2021-03-01",
        created_by=UserFactory(),
    )


def _opening_member(village):
    household = HouseholdFactory(village_id=village)
    return AccountOpeningMember.objects.create(
        opening=_opening(village),
        household=household,
        village_id=village,
        person=household.payee,
    )


def _card_event(village):
    card = CardFactory(household__village_id=village)
    return CardEvent.objects.create(
        card=card,
        household=card.household,
        village_id=village,
        after=card.status,
        happened_on="2021-03-12",
    )


def _complaint(village):
    return ComplaintFactory(region_id=village)


def _follow_up(village):
    return FollowUpFactory(region_id=village[:5])


def _reconciliation_finding(village):
    return ReconciliationFinding.objects.create(
        period=PeriodFactory(),
        rule="TIDAK_DIBAYAR",
        subject=1,
        household=HouseholdFactory(village_id=village),
        village_id=village,
        payee_name=f"PENGURUS {village}",
        amount=200_000,
        cause="NIK pengurus tidak sah",
    )


MAKERS = {
    "accounts.AccessLog": lambda village: AccessLog.objects.create(
        kind="REVEAL", user=UserFactory(), region_id=village, subject=f"NIK di {village}"
    ),
    "uploads.Upload": _upload,
    "uploads.UploadRow": _of_upload(UploadRow, row_number=2, values=["RAHASIA"]),
    "uploads.UploadIssue": _of_upload(
        UploadIssue, row_number=2, code="X", level="error", message="RAHASIA"
    ),
    "uploads.UploadEvent": _of_upload(UploadEvent, status="DITERIMA"),
    "beneficiaries.Household": lambda village: HouseholdFactory(village_id=village),
    "beneficiaries.Person": lambda village: PersonFactory(household__village_id=village),
    "beneficiaries.Card": lambda village: CardFactory(household__village_id=village),
    "beneficiaries.Enrollment": lambda village: EnrollmentFactory(household__village_id=village),
    "verification.RoundRegion": lambda village: RoundRegion.objects.create(
        round=RoundFactory(regions=["62.71"]), region_id=village[:5]
    ),
    "verification.Case": lambda village: CaseFactory(household__village_id=village),
    "verification.CaseStep": _step,
    "verification.CaseMember": _member,
    "verification.Attachment": lambda village: AttachmentFactory(
        case__household__village_id=village
    ),
    "verification.MatchBatch": lambda village: MatchBatchFactory(region_id=village[:5]),
    "verification.CivilRecord": lambda village: CivilRecordFactory(batch__region_id=village[:5]),
    "verification.MatchResult": _result,
    "verification.MatchCandidate": lambda village: MatchCandidate.objects.get(
        result=_result(village)
    ),
    "verification.MatchDecision": _decision,
    "verification.NotSame": _not_same,
    "verification.DuplicateMember": lambda village: DuplicateMember.objects.create(
        group=_group(village),
        person=PersonFactory(household__village_id=village),
        village_id=village,
    ),
    "verification.Merge": _merge,
    "verification.Endorsement": lambda village: EndorsementFactory(region_id=village[:5]),
    "verification.EndorsementStep": lambda village: EndorsementStep.objects.create(
        endorsement=EndorsementFactory(region_id=village[:5]),
        region_id=village[:5],
        action="Daftar disusun",
        by=UserFactory(),
    ),
    "verification.EndorsementItem": _item,
    "verification.SecondLook": _second_look,
    "verification.Decree": lambda village: DecreeFactory(region_id=village[:5]),
    "verification.DecreeItem": lambda village: DecreeItem.objects.create(
        decree=DecreeFactory(region_id=village[:5]), kind="SAMA", village_id=village
    ),
    "verification.CaseCount": lambda village: CaseCount.objects.create(
        round=RoundFactory(),
        village_id=village,
        status="BELUM",
        origin="AWAL",
        was_kpm=True,
        number=1,
    ),
    "verification.VillageMeeting": lambda village: MeetingFactory(village_id=village),
    "verification.MeetingAttendee": _of_meeting(
        MeetingAttendee, position=1, name="NORHAYATI", function="Ketua RT"
    ),
    "verification.MeetingDecision": lambda village: MeetingDecision.objects.create(
        meeting=MeetingFactory(village_id=village),
        village_id=village,
        household=HouseholdFactory(village_id=village),
        kind="DIUSULKAN",
    ),
    "verification.MeetingStep": _of_meeting(MeetingStep, status="SELESAI", by=None),
    "verification.Proposal": lambda village: ProposalFactory(village_id=village),
    "verification.ProposalMember": lambda village: ProposalMember.objects.create(
        proposal=ProposalFactory(village_id=village), village_id=village, position=1, name="SITI"
    ),
    "verification.ProposalStep": lambda village: ProposalStep.objects.create(
        proposal=ProposalFactory(village_id=village),
        village_id=village,
        action="TARIK",
        by=UserFactory(),
    ),
    "verification.Objection": lambda village: ObjectionFactory(household__village_id=village),
    "verification.Objector": lambda village: Objector.objects.create(
        objection=ObjectionFactory(household__village_id=village), village_id=village, name="X"
    ),
    "verification.Replacement": lambda village: ReplacementFactory(
        case__household__village_id=village
    ),
    "verification.PayeeChange": lambda village: PayeeChangeFactory(household__village_id=village),
    "beneficiaries.Quota": lambda village: QuotaFactory(region_id=village),
    "distribution.Budget": lambda village: Budget.objects.create(
        programme_id="SEMBAKO", region_id=village[:5], year=2021, amount=1
    ),
    "distribution.Agent": lambda village: AgentFactory(village_id=village),
    "distribution.AgentVillage": lambda village: AgentVillage.objects.get(
        agent=AgentFactory(village_id=village)
    ),
    "distribution.AgentVisit": lambda village: AgentVisitFactory(agent__village_id=village),
    "distribution.AgentFinding": lambda village: AgentFindingFactory(agent__village_id=village),
    "distribution.AccountOpening": _opening,
    "distribution.AccountOpeningMember": _opening_member,
    "distribution.CardEvent": _card_event,
    "distribution.Payment": lambda village: PaymentFactory(household__village_id=village),
    "distribution.PaymentReport": lambda village: PaymentReport.objects.create(
        payment=PaymentFactory(household__village_id=village),
        village_id=village,
        status="SPM",
        status_on="2021-02-15",
    ),
    "distribution.LeftOut": lambda village: LeftOut.objects.create(
        period=PeriodFactory(),
        household=HouseholdFactory(village_id=village),
        village_id=village,
        reason="NIK_GANDA",
    ),
    "distribution.PaymentSum": lambda village: PaymentSum.objects.create(
        period=PeriodFactory(),
        region_id=village[:8],
        status="PENETAPAN",
        year=2021,
        number=1,
        amount=200_000,
        credited=0,
        spent=0,
        refunded=0,
    ),
    "distribution.Purchase": lambda village: PurchaseFactory(
        payment__household__village_id=village
    ),
    "distribution.PurchaseLine": lambda village: PurchaseLine.objects.create(
        purchase=PurchaseFactory(payment__household__village_id=village),
        village_id=village,
        name=f"BERAS {village}",
        quantity=10,
        price=12_500,
    ),
    "distribution.ReconciliationFinding": _reconciliation_finding,
    "distribution.FindingStep": lambda village: FindingStep.objects.create(
        finding=_reconciliation_finding(village), village_id=village, status="SELESAI", note="Beres"
    ),
    "distribution.Reconciled": lambda village: Reconciled.objects.create(
        period=PeriodFactory(),
        region_id=village[:5],
        **dict.fromkeys(Reconciled.objects.none().SUMS, 0),
    ),
    "distribution.AgentPrice": lambda village: AgentPrice.objects.create(
        period=PeriodFactory(),
        agent=AgentFactory(village_id=village),
        village_id=village,
        lines=1,
        amount=1,
        price=1,
    ),
    "distribution.OverlapFinding": lambda village: OverlapFinding.objects.create(
        household=HouseholdFactory(village_id=village),
        village_id=village,
        pair=ProgrammePair.objects.first(),
        since="2021-05-01",
    ),
    "coordination.Complaint": _complaint,
    "coordination.ComplaintStep": lambda village: ComplaintStep.objects.create(
        complaint=_complaint(village), region_id=village, action="CATAT", by=UserFactory()
    ),
    "coordination.FollowUp": _follow_up,
    "coordination.FollowUpStep": lambda village: FollowUpStep.objects.create(
        follow_up=_follow_up(village), region_id=village[:5], action="CATAT", by=UserFactory()
    ),
    "coordination.Briefing": lambda village: Briefing.objects.create(
        meeting=RakorFactory(), region_id=village[:5], made_by=UserFactory()
    ),
    "coordination.Minutes": lambda village: Minutes.objects.create(
        meeting=RakorFactory(),
        region_id=village[:5],
        version=1,
        snapshot={},
        made_by=UserFactory(),
        made_at=timezone.now(),
    ),
    "dashboards.VillageFigures": lambda village: VillageFigures.objects.create(
        village_id=village, counted_at=timezone.now(), **dict.fromkeys(REGISTER_COUNTS, 1)
    ),
    "dashboards.RegisterFigures": lambda village: RegisterFigures.objects.create(
        village_id=village,
        register="DTKS",
        counted_at=timezone.now(),
        **dict.fromkeys(REGISTER_COUNTS, 1),
    ),
    "dashboards.VillageMonth": lambda village: VillageMonth.objects.create(
        village_id=village,
        month="2021-10-01",
        register="DTKS",
        **dict.fromkeys((*REGISTER_COUNTS, "cases", "approved"), 1),
    ),
    "dashboards.RegencyMonth": lambda village: RegencyMonth.objects.create(
        regency_id=village[:5],
        month="2021-10-01",
        register="DTKS",
        **dict.fromkeys((*REGISTER_COUNTS, "cases", "approved"), 1),
    ),
    "dashboards.PayoutFigures": lambda village: PayoutFigures.objects.create(
        village_id=village,
        period=PeriodFactory(),
        counted_at=timezone.now(),
        **dict.fromkeys(COUNTED, 1),
    ),
    "dashboards.RegencyPayout": lambda village: RegencyPayout.objects.create(
        regency_id=village[:5],
        period=PeriodFactory(),
        counted_at=timezone.now(),
        **dict.fromkeys(COUNTED, 1),
    ),
    "dashboards.RoundFigures": lambda village: RoundFigures.objects.create(
        round=RoundFactory(), village_id=village
    ),
    "dashboards.MatchFigures": lambda village: MatchFigures.objects.create(
        batch=MatchBatchFactory(region_id=village[:5]),
        district_id=village[:8],
        outcome="PADAN",
        rule="P1",
        people=1,
        latest=1,
        nik_changed=0,
    ),
    "dashboards.MatchDay": lambda village: MatchDay.objects.create(
        regency_id=village[:5], day=timezone.localdate(), persons=2, matched=1
    ),
    "dashboards.RoundDay": lambda village: RoundDay.objects.create(
        round=RoundFactory(), regency_id=village[:5], day=timezone.localdate(), approved=1
    ),
}
MODELS = [model for model in apps.get_models() if hasattr(model, "PLACE")]
REGISTERED = [model for model in MODELS if admin.site.is_registered(model)]


def label(value):
    return value._meta.label if hasattr(value, "_meta") else str(value)


def make(model, village):
    return MAKERS[model._meta.label](village)


def test_every_model_with_a_place_is_tested():
    assert {model._meta.label for model in MODELS} == set(MAKERS)


class World:
    """A row in Kapuas, one in Pulang Pisau, and an officer of Pulang Pisau."""

    def __init__(self, model, client):
        self.model, self.client = model, client
        self.foreign = make(model, VILLAGE)
        self.own = make(model, OTHER_VILLAGE)
        permission = f"{model._meta.app_label}.view_{model._meta.model_name}"
        role = next((role for role in Role if permission in PERMISSIONS[role]), Role.PETUGAS)
        self.officer = UserFactory(role=role, regions=[PULANG_PISAU])
        client.force_login(self.officer, "accounts.backends.RoleBackend")

    @cached_property
    def request(self):
        request = RequestFactory().get("/")
        request.user = type(self.officer).objects.get(pk=self.officer.pk)
        return request

    @property
    def admin(self):
        return admin.site.get_model_admin(self.model)

    def url(self, name, *args):
        return reverse(
            f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_{name}", args=args
        )


@pytest.fixture
def world(request, client, monkeypatch):
    # Without the help of the database, so that a door without its filter stands open here.
    monkeypatch.setattr("accounts.scope._set_on_connection", lambda entered: None)
    return World(request.param, client)


every_model = pytest.mark.parametrize("world", MODELS, ids=label, indirect=True)
every_admin = pytest.mark.parametrize("world", REGISTERED, ids=label, indirect=True)


# The doors


@every_model
def test_queryset_and_count(world):
    visible = world.model.objects.visible_to(world.officer)
    assert world.own in visible
    assert world.foreign not in visible
    assert visible.count() == visible.filter(regency_code=PULANG_PISAU).count()


@every_admin
def test_list_and_its_count(world):
    response = world.client.get(world.url("changelist"))
    assert response.status_code == 200
    change_list = response.context["cl"]
    shown = {row.pk for row in change_list.result_list}
    assert world.own.pk in shown
    assert world.foreign.pk not in shown
    assert change_list.paginator.count == len(shown)


@every_admin
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_of_an_object_answers_as_not_found(world, method):
    """Detail, change, deletion, files and whatever else an admin offers for one object."""
    tried = 0
    for pattern in world.admin.get_urls():
        if not pattern.name or len(pattern.pattern.converters) != 1:
            continue
        url = reverse(f"admin:{pattern.name}", args=[world.foreign.pk])
        response = getattr(world.client, method)(url, follow=True)
        assert response.status_code in (403, 404, 405), url
        tried += 1
    assert tried >= 3


@every_admin
def test_nothing_changes(world):
    before = world.model.objects.filter(pk=world.foreign.pk).values().get()
    names = [field.name for field in world.model._meta.concrete_fields]
    for page in ("change", "delete"):
        data = {**dict.fromkeys(names, "1"), "post": "yes"}
        response = world.client.post(world.url(page, world.foreign.pk), data)
        assert response.status_code in (403, 404)
    assert world.model.objects.filter(pk=world.foreign.pk).values().get() == before


def foreign_keys_to(model):
    return [
        field
        for source in apps.get_models()
        for field in source._meta.get_fields()
        if field.concrete and field.many_to_one and field.related_model is model
    ]


@every_model
def test_choices_of_forms(world):
    for field in foreign_keys_to(world.model):
        if not admin.site.is_registered(field.model):
            continue
        choices = admin.site.get_model_admin(field.model).formfield_for_foreignkey(
            field, world.request
        )
        assert not choices.queryset.filter(pk=world.foreign.pk).exists(), field


@every_model
def test_autocomplete(world):
    for field in foreign_keys_to(world.model):
        for term in ("", str(world.foreign), str(world.foreign.pk)):
            parameters = {
                "app_label": field.model._meta.app_label,
                "model_name": field.model._meta.model_name,
                "field_name": field.name,
                "term": term,
            }
            response = world.client.get(f"{reverse('admin:autocomplete')}?{urlencode(parameters)}")
            if response.status_code == 200:
                ids = {row["id"] for row in json.loads(response.content)["results"]}
                assert str(world.foreign.pk) not in ids, field
            else:
                assert response.status_code in (403, 404)


@every_admin
def test_filters_offer_and_reach_only_the_own_district(world):
    for parameters in (
        {"kabupaten": KAPUAS},
        {"kecamatan": VILLAGE[:8]},
        {"desa": VILLAGE},
        {"q": str(world.foreign)},
    ):
        response = world.client.get(world.url("changelist"), parameters)
        if "cl" not in (response.context or {}):  # a list without these filters refuses them
            assert response.status_code in (302, 400)
            continue
        shown = {row.pk for row in response.context["cl"].result_list}
        assert world.foreign.pk not in shown
        for filter_ in response.context["cl"].filter_specs:
            offered = [str(choice[0]) for choice in getattr(filter_, "lookup_choices", [])]
            assert not [code for code in offered if code.startswith(KAPUAS)]


def secret_of(row) -> str:
    """Something that only this row, or its family, says."""
    household = row if isinstance(row, Household) else getattr(row, "household", None)
    return household.dtks_id if household else f"#{row}#"


def text_of(response) -> str:
    if "spreadsheet" not in response.get("Content-Type", ""):
        return response.content.decode()
    sheet = load_workbook(io.BytesIO(response.content)).active
    return str(list(sheet.iter_rows(values_only=True)))


@every_admin
@pytest.mark.parametrize("across", ["0", "1"])
def test_actions_and_exports(world, across):
    """Each action on a foreign row, alone and with "all rows": nothing comes back or changes."""
    before = world.model.objects.filter(pk=world.foreign.pk).values().get()
    for name in world.admin.get_actions(world.request):
        response = world.client.post(
            world.url("changelist"),
            {
                "action": name,
                "_selected_action": [world.foreign.pk],
                "select_across": across,
                "index": "0",
                "purpose": "bahan rapat koordinasi",
            },
        )
        assert secret_of(world.foreign) not in text_of(response)
    assert world.model.objects.filter(pk=world.foreign.pk).values().get() == before


def test_search_page(client):
    foreign = HouseholdFactory(village_id=VILLAGE, members=1, members__name="UNGKAI SAMBUNG")
    own = HouseholdFactory(village_id=OTHER_VILLAGE, members=1, members__name="UNGKAI LARANG")
    officer = UserFactory(regions=[PULANG_PISAU])
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.get(reverse("search"), {"q": "ungkai"}).content.decode()
    assert own.payee.name in page
    assert foreign.payee.name not in page
    for number in (foreign.kk_number, foreign.payee.nik, foreign.dtks_id):
        response = client.get(reverse("search"), {"q": number})
        assert response.status_code == 200
        assert foreign.payee.name not in response.content.decode()


@every_model
def test_without_assignment_nothing_is_visible(world):
    nobody = UserFactory(role=Role.KOORDINATOR)
    assert not world.model.objects.visible_to(nobody).exists()
    if admin.site.is_registered(world.model):
        world.client.force_login(nobody, "accounts.backends.RoleBackend")
        response = world.client.get(world.url("changelist"))
        assert response.status_code in (200, 403)
        if response.status_code == 200:
            assert list(response.context["cl"].result_list) == []


def test_tksk_sees_the_own_kecamatan_only(client):
    inside = HouseholdFactory(village_id=VILLAGE)
    beside = HouseholdFactory(village_id=NEIGHBOUR_VILLAGE)
    client.force_login(
        UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]]), "accounts.backends.RoleBackend"
    )
    page = client.get(reverse("admin:beneficiaries_household_changelist"))
    assert [row.pk for row in page.context["cl"].result_list] == [inside.pk]
    url = reverse("admin:beneficiaries_household_change", args=[beside.pk])
    assert client.get(url).status_code == 404


def test_parameters_do_not_guess_masked_numbers(client):
    HouseholdFactory(village_id=VILLAGE, members=1)
    client.force_login(UserFactory(regions=[KAPUAS]), "accounts.backends.RoleBackend")
    for model, lookup in (("person", "nik__startswith"), ("household", "payee__nik__startswith")):
        url = reverse(f"admin:beneficiaries_{model}_changelist")
        assert client.get(url, {lookup: "6"}).status_code == 400


# Under it: the database


def tables_with_a_place():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'regency_code' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def test_every_table_with_a_place_has_a_policy():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_policies JOIN pg_class ON relname = tablename"
            " WHERE schemaname = 'public' AND relrowsecurity"
            " AND roles = ARRAY[%s]::name[] AND cmd = 'ALL'",
            ["portal_terbatas"],
        )
        guarded = {row[0] for row in cursor.fetchall()}
    assert set(tables_with_a_place()) - guarded == set(WITHOUT_POLICY)


@pytest.fixture
def rows_of_two_districts():
    for model in MODELS:
        make(model, VILLAGE)
        make(model, OTHER_VILLAGE)
    for household in Household.objects.all():  # history has places too
        for rows in (household.members, household.cards, household.enrollments):
            rows.update(source_row=7)
        Household.objects.filter(pk=household.pk).update(rt="009")
    Agent.objects.update(source_row=7)


def regencies_in(table, cursor):
    cursor.execute(f'SELECT DISTINCT regency_code FROM "{table}" ORDER BY 1')
    return [row[0] for row in cursor.fetchall()]


def test_sql_without_a_filter_shows_the_own_regency_only(rows_of_two_districts, as_restricted):
    tables = [table for table in tables_with_a_place() if table not in WITHOUT_POLICY]
    with connection.cursor() as cursor:
        for table in tables:
            assert {KAPUAS, PULANG_PISAU} <= set(regencies_in(table, cursor)), table
    with as_restricted(KAPUAS) as cursor:
        for table in tables:
            assert regencies_in(table, cursor) == [KAPUAS], table


def test_sql_shows_nothing_where_no_scope_is_set(rows_of_two_districts):
    with scope.applied(scope.NOWHERE), connection.cursor() as cursor:
        for table in tables_with_a_place():
            if table not in WITHOUT_POLICY:
                assert regencies_in(table, cursor) == [], table


def test_sql_cannot_write_into_another_district(as_restricted):
    own, foreign = HouseholdFactory(village_id=VILLAGE), HouseholdFactory(village_id=OTHER_VILLAGE)
    with as_restricted(KAPUAS) as cursor:
        cursor.execute("UPDATE beneficiaries_household SET rt = '099'")
        assert cursor.rowcount == 1
        cursor.execute("DELETE FROM beneficiaries_enrollment")
        for statement in (
            f"UPDATE beneficiaries_household SET village_id = '{OTHER_VILLAGE}'",
            "INSERT INTO accounts_regionassignment (user_id, region_id) VALUES (1, '62')",
            "UPDATE accounts_accesslog SET purpose = 'lain'",
            "DELETE FROM accounts_accesslog",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(statement)
    scope.enter(None)
    foreign.refresh_from_db()
    own.refresh_from_db()
    assert (own.rt, foreign.rt) == ("099", "003")


def test_name_search_function_stays_inside_the_scope(as_restricted):
    HouseholdFactory(village_id=VILLAGE, members=1, members__name="UNGKAI SAMBUNG")
    with as_restricted(PULANG_PISAU) as cursor:
        cursor.execute("SELECT beneficiaries_search(to_tsquery('simple', 'ungkai'), 10)")
        assert cursor.fetchall() == []
    with as_restricted(KAPUAS) as cursor:
        cursor.execute("SELECT beneficiaries_search(to_tsquery('simple', 'ungkai'), 10)")
        assert len(cursor.fetchall()) == 1
    with as_restricted() as cursor:
        cursor.execute("SELECT beneficiaries_search(to_tsquery('simple', 'ungkai'), 10)")
        assert cursor.fetchall() == []


# Never carried over


def in_force():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), current_setting('portal.regencies', true)")
        return cursor.fetchone()


def test_the_next_request_on_the_connection_starts_without_scope(client):
    HouseholdFactory(village_id=VILLAGE)
    url = reverse("admin:beneficiaries_household_changelist")
    client.force_login(UserFactory(regions=[KAPUAS]), "accounts.backends.RoleBackend")
    assert len(client.get(url).context["cl"].result_list) == 1
    assert in_force() == ("none", "")
    client.force_login(UserFactory(regions=[PULANG_PISAU]), "accounts.backends.RoleBackend")
    assert len(client.get(url).context["cl"].result_list) == 0
    client.logout()
    assert client.get(url).status_code == 302
    assert in_force() == ("none", "")


def test_an_exception_leaves_no_scope_behind(client, monkeypatch):
    household = HouseholdFactory(village_id=VILLAGE)
    client.force_login(UserFactory(regions=[KAPUAS]), "accounts.backends.RoleBackend")

    def fail(*args, **kwargs):
        assert in_force() == ("portal_terbatas", KAPUAS)
        raise RuntimeError("in the middle of a page")

    monkeypatch.setattr("beneficiaries.views.household_page", fail)
    with pytest.raises(RuntimeError, match="middle of a page"):
        client.get(reverse("admin:beneficiaries_household_change", args=[household.pk]))
    assert in_force() == ("none", "")


def test_a_failed_statement_leaves_no_scope_behind():
    kapuas = scope.applied(scope.Scope((KAPUAS,)))
    with pytest.raises(ProgrammingError), transaction.atomic(), kapuas:
        connection.cursor().execute("SELECT this is no sql")
    assert in_force()[0] == "none"


def test_scopes_nest():
    with scope.applied(scope.Scope((KAPUAS,))):
        with scope.applied(scope.Scope(("62",))):
            assert in_force() == ("none", "")
        assert in_force() == ("portal_terbatas", KAPUAS)
    assert in_force() == ("none", "")
