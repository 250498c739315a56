"""Rows for tests: synthetic persons (NIK serials 9xxx) in real villages of Kalimantan Tengah.

    UserFactory(role=Role.PETUGAS, regions=["62.03"])
    HouseholdFactory(village_id="62.03.08.2001", members=3)

`UserFactory` without `regions` makes a user who sees nothing. `HouseholdFactory` makes its members,
the first of them the pengurus, and with `kpm=True` the enrolment in the Sembako programme.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import RegionAssignment, User
from accounts.roles import Role
from beneficiaries.models import Card, Enrollment, Household, Person, Quota
from coordination.models import Agency, Complaint, FollowUp, Meeting
from distribution.models import (
    Agent,
    AgentFinding,
    AgentVillage,
    AgentVisit,
    Payment,
    PayoutPeriod,
    Purchase,
)
from uploads.models import Upload
from verification.models import (
    Agreement,
    Attachment,
    Case,
    CivilRecord,
    Decree,
    Endorsement,
    EndorsementItem,
    MatchBatch,
    MatchCandidate,
    MatchResult,
    Objection,
    PayeeChange,
    Proposal,
    Replacement,
    Round,
    RoundRegion,
    VillageMeeting,
)

KAPUAS = "62.03"
PULANG_PISAU = "62.11"
PALANGKA_RAYA = "62.71"
VILLAGE = "62.03.08.2001"  # in Kapuas
OTHER_VILLAGE = "62.11.01.2001"  # in Pulang Pisau
PASSWORD = "sandi-uji-coba-9"


def nik(number: int, *, regency: str = "6203", born: date = date(1983, 5, 12)) -> str:
    """A well-formed synthetic NIK of a man: serial 9000 to 9999, the kecamatan counts on."""
    district = number // 1000 % 99 + 1
    return f"{regency}{district:02d}{born:%d%m%y}{9000 + number % 1000}"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"petugas{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@contoh.test")
    full_name = factory.Sequence(lambda n: f"Petugas Uji {n}")
    role = Role.PETUGAS
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def regions(self, create, extracted, **kwargs):
        for code in extracted or []:
            RegionAssignment.objects.create(user=self, region_id=code)


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    household = factory.SubFactory("tests.factories.HouseholdFactory", members=0)
    village_id = factory.SelfAttribute("household.village_id")
    name = factory.Sequence(lambda n: f"WARGA {n}")
    nik = factory.Sequence(nik)
    birth_place = "KUALA KAPUAS"
    birth_date = date(1983, 5, 12)
    sex = Person.Sex.MALE
    relation = Person.Relation.ANAK


class HouseholdFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Household
        skip_postgeneration_save = True

    dtks_id = factory.Sequence(lambda n: f"UJI{n:08d}")
    kk_number = factory.Sequence(lambda n: f"62030812058{n:05d}"[:16])
    village_id = VILLAGE
    address = "JL. TRANS KALIMANTAN"
    rt, rw = "003", "001"
    register = Household.Register.DTKS
    register_date = date(2021, 1, 31)
    decile = 2

    @factory.post_generation
    def members(self, create, extracted, **kwargs):
        """So many members (one unless told), the first one head and pengurus."""
        for index in range(1 if extracted is None else extracted):
            person = PersonFactory(
                household=self,
                relation="ANAK" if index else "KEPALA_KELUARGA",
                **({} if index else kwargs),
            )
            if index == 0:
                self.payee = person
                self.save(update_fields=["payee"])

    @factory.post_generation
    def kpm(self, create, extracted, **kwargs):
        if extracted:
            EnrollmentFactory(household=self, **kwargs)


class EnrollmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrollment

    household = factory.SubFactory(HouseholdFactory)
    village_id = factory.SelfAttribute("household.village_id")
    programme_id = "SEMBAKO"
    started_on = date(2021, 1, 18)


class CardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Card

    household = factory.SubFactory(HouseholdFactory)
    village_id = factory.SelfAttribute("household.village_id")
    holder = factory.SelfAttribute("household.payee")
    bank_id = "002"
    card_number = factory.Sequence(lambda n: f"603298{n:010d}")
    account_number = factory.Sequence(lambda n: f"0{n:014d}")
    status = Card.Status.DISERAHKAN
    handed_over_on = date(2019, 3, 12)


class UploadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Upload

    class Params:
        content = b"isi berkas uji"

    kind = "dtks_bnba"
    region_id = KAPUAS
    file = factory.LazyAttribute(lambda upload: ContentFile(upload.content, upload.original_name))
    original_name = factory.Sequence(lambda n: f"bnba-kapuas-{n}.xlsx")
    size = factory.LazyAttribute(lambda upload: len(upload.content))
    sha256 = factory.LazyAttribute(lambda upload: hashlib.sha256(upload.content).hexdigest())
    sent_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class RoundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Round
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Putaran {n} tahun 2021")
    starts_on = date(2021, 9, 1)
    due_on = date(2021, 11, 30)
    status = Round.Status.BERJALAN

    @factory.post_generation
    def regions(self, create, extracted, **kwargs):
        for code in extracted or [KAPUAS]:
            RoundRegion.objects.create(round=self, region_id=code)


class CaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Case

    round = factory.SubFactory(RoundFactory)
    household = factory.SubFactory(HouseholdFactory)
    village_id = factory.SelfAttribute("household.village_id")


class AttachmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attachment

    class Params:
        content = b"isi lampiran uji"

    case = factory.SubFactory(CaseFactory)
    region_id = factory.SelfAttribute("case.village_id")
    file = factory.LazyAttribute(
        lambda attachment: ContentFile(attachment.content, attachment.original_name)
    )
    original_name = factory.Sequence(lambda n: f"rumah-{n}.jpg")
    content_type = Attachment.Type.JPEG
    size = factory.LazyAttribute(lambda attachment: len(attachment.content))
    sha256 = factory.LazyAttribute(
        lambda attachment: hashlib.sha256(attachment.content).hexdigest()
    )
    added_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class AgreementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Agreement

    number = factory.Sequence(lambda n: f"470/{9000 + n}/DUKCAPIL/2021")
    region_id = KAPUAS
    first_party = "Dinas Sosial"
    second_party = "Dinas Dukcapil"
    valid_from = date(2021, 1, 1)
    valid_until = date(2099, 12, 31)


class MatchBatchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MatchBatch

    region_id = KAPUAS
    agreement = factory.SubFactory(AgreementFactory, region_id=factory.SelfAttribute("..region_id"))
    choice = MatchBatch.Choice.SEMUA
    purpose = "Uji pemadanan"
    requested_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class CivilRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CivilRecord

    batch = factory.SubFactory(MatchBatchFactory)
    region_id = factory.SelfAttribute("batch.region_id")
    row_number = factory.Sequence(lambda n: n + 2)
    nik = factory.Sequence(lambda n: nik(n, born=date(1990, 1, 2)))
    name = factory.Sequence(lambda n: f"PENDUDUK {n}")
    expires_on = date(2099, 12, 31)


class MatchResultFactory(factory.django.DjangoModelFactory):
    """A person in the queue with one candidate; with `candidates=n`, n of them."""

    class Meta:
        model = MatchResult
        skip_postgeneration_save = True

    batch = factory.SubFactory(MatchBatchFactory)
    person = factory.SubFactory(PersonFactory)
    village_id = factory.SelfAttribute("person.village_id")
    state = MatchResult.State.ANTRE
    rule = "NAMA_60_89"

    @factory.post_generation
    def candidates(self, create, extracted, **kwargs):
        for rank in range(1, 2 if extracted is None else extracted + 1):
            MatchCandidate.objects.create(
                result=self,
                village_id=self.village_id,
                record=CivilRecordFactory(batch=self.batch, **kwargs),
                rank=rank,
                probability=1 - rank / 10,
                weights={
                    "start": -13.3,
                    "fields": [["name", 9.1, "Sama"], ["birth_date", 7.2, "Sama"]],
                },
            )


class EndorsementFactory(factory.django.DjangoModelFactory):
    """A list without families; tests/verification/endorsing.py makes signed ones."""

    class Meta:
        model = Endorsement

    round = factory.SubFactory(RoundFactory)
    region_id = KAPUAS
    made_by = factory.SubFactory(UserFactory)


class EndorsementItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EndorsementItem

    endorsement = factory.SubFactory(EndorsementFactory)
    case = factory.SubFactory(
        CaseFactory,
        round=factory.SelfAttribute("..endorsement.round"),
        household__village_id=factory.SelfAttribute("...village_id"),
    )
    household = factory.SelfAttribute("case.household")
    village_id = VILLAGE
    position = factory.Sequence(lambda n: n + 1)
    result = EndorsementItem.Result.TETAP
    name = factory.LazyAttribute(lambda item: item.household.payee.name)
    dtks_id = factory.LazyAttribute(lambda item: item.household.dtks_id)


class DecreeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Decree

    endorsement = factory.SubFactory(
        EndorsementFactory, region_id=factory.SelfAttribute("..region_id")
    )
    region_id = KAPUAS
    number = factory.Sequence(lambda n: f"{n}/HUK/2021")
    official_name = "Contoh Uji"
    official_office = "Menteri Sosial"
    signed_on = effective_on = date(2021, 12, 1)
    scan = factory.SubFactory(
        AttachmentFactory,
        case=None,
        region_id=factory.SelfAttribute("..region_id"),
        added_by=factory.SubFactory(UserFactory),
    )
    list_file = factory.LazyAttribute(lambda decree: ContentFile(b"daftar", "daftar.xlsx"))
    list_name = "daftar.xlsx"
    list_sha256 = "0" * 64
    recorded_by = factory.SubFactory(UserFactory)


class WaitingCaseFactory(CaseFactory):
    """A family without aid that was verified eligible: it waits for a place."""

    status = Case.Status.DISETUJUI
    origin = Case.Origin.USULAN
    was_kpm = False
    is_found = is_eligible = True
    visited_on = date(2021, 10, 4)
    visited_by = factory.SubFactory(UserFactory)
    decided_by = factory.SubFactory(UserFactory)
    decided_at = datetime(2021, 10, 6, 9, tzinfo=UTC)


class LeavingCaseFactory(WaitingCaseFactory):
    """A KPM that was verified not eligible."""

    household = factory.SubFactory(HouseholdFactory, kpm=True)
    origin = Case.Origin.AWAL
    was_kpm = True
    is_eligible = False
    reason = "SUDAH_MAMPU"


class MeetingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = VillageMeeting

    round = factory.SubFactory(RoundFactory)
    village_id = VILLAGE
    held_on = date(2021, 9, 15)
    venue = "Balai desa"
    leader = "Kepala desa"
    made_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class ProposalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Proposal

    village_id = VILLAGE
    source = "MANDIRI"
    received_on = date(2021, 9, 16)
    due_on = date(2021, 10, 6)
    reason = "Tidak punya penghasilan tetap."
    criteria = ["LANTAI", "JAMBAN"]
    kk_number = factory.Sequence(lambda n: f"62030812059{n:05d}")
    made_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class ObjectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Objection

    household = factory.SubFactory(HouseholdFactory, kpm=True)
    village_id = factory.SelfAttribute("household.village_id")
    kind = "TIDAK_LAYAK"
    statement = "Keluarga ini memiliki dua toko."
    source = "MANDIRI"
    received_on = date(2021, 9, 16)
    due_on = date(2021, 9, 30)
    made_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class QuotaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quota

    region_id = KAPUAS
    year = 2021
    programme_id = "SEMBAKO"
    families = 10
    legal_basis = "Keputusan uji"


class ReplacementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Replacement

    case = factory.SubFactory(WaitingCaseFactory)
    round = factory.SelfAttribute("case.round")
    household = factory.SelfAttribute("case.household")
    village_id = factory.SelfAttribute("case.village_id")
    rank = waiting = 1
    made_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class PayeeChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PayeeChange

    household = factory.SubFactory(HouseholdFactory, members=2, kpm=True)
    village_id = factory.SelfAttribute("household.village_id")
    old_payee = factory.SelfAttribute("household.payee")
    new_payee = factory.LazyAttribute(
        lambda change: change.household.members.exclude(pk=change.old_payee.pk).first()
    )
    reason = "MENINGGAL"
    happened_on = date(2021, 9, 1)
    proof = "Akta kematian 6203-KM-01092021-0001"
    made_by = factory.SubFactory(UserFactory, regions=[KAPUAS])


class AgentFactory(factory.django.DjangoModelFactory):
    """An active agent of BRI that serves its own village; with `serves=[...]`, those villages."""

    class Meta:
        model = Agent
        skip_postgeneration_save = True

    bank_id = "002"
    agent_id = factory.Sequence(lambda n: f"EW-{n:06d}")
    name = factory.Sequence(lambda n: f"E-WARONG {n}")
    kind = Agent.Kind.E_WARONG_KUBE
    owner_name = factory.Sequence(lambda n: f"PEMILIK {n}")
    village_id = VILLAGE

    @factory.post_generation
    def serves(self, create, extracted, **kwargs):
        for code in extracted if extracted is not None else [self.village_id]:
            AgentVillage.objects.create(agent=self, village_id=code)


class AgentVisitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgentVisit

    agent = factory.SubFactory(AgentFactory)
    village_id = factory.SelfAttribute("agent.village_id")
    visited_on = date(2021, 10, 5)
    visited_by = factory.SubFactory(UserFactory, regions=[KAPUAS])
    fair_price = good_quality = right_amount = True
    no_packages = no_forcing = no_cash = open_daily = True


class AgentFindingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgentFinding

    agent = factory.SubFactory(AgentFactory)
    village_id = factory.SelfAttribute("agent.village_id")
    kind = AgentFinding.Kind.PAKET
    found_on = date(2021, 10, 5)
    due_on = date(2021, 10, 19)


class PeriodFactory(factory.django.DjangoModelFactory):
    """A running period of one month of Sembako; each new one takes the next month from 2021."""

    class Meta:
        model = PayoutPeriod

    programme_id = "SEMBAKO"
    first_month = factory.Sequence(lambda n: date(2021 + n // 12, n % 12 + 1, 1))
    last_month = factory.SelfAttribute("first_month")
    name = factory.Sequence(lambda n: f"Periode uji {n}")
    status = PayoutPeriod.Status.BERJALAN
    opened_by = factory.SubFactory(UserFactory)
    opened_at = factory.LazyFunction(timezone.now)


class PaymentFactory(factory.django.DjangoModelFactory):
    """A payment of all months of its period to a family with a card; `credited=True`: topped up."""

    class Meta:
        model = Payment

    class Params:
        credited = factory.Trait(
            status=Payment.Status.TOP_UP_SUKSES,
            status_on=date(2021, 2, 18),
            topped_up_on=date(2021, 2, 18),
            topped_up_amount=factory.SelfAttribute("amount"),
        )

    period = factory.SubFactory(PeriodFactory)
    household = factory.SubFactory(HouseholdFactory, kpm=True)
    person = factory.SelfAttribute("household.payee")
    payee_name = factory.SelfAttribute("household.payee.name")
    payee_nik = factory.SelfAttribute("household.payee.nik")
    card_number = factory.Sequence(lambda n: f"603298{n:010d}")
    account_number = factory.Sequence(lambda n: f"0{n:014d}")
    bank_id = "002"
    village_id = factory.SelfAttribute("household.village_id")
    first_month = factory.SelfAttribute("period.first_month")
    months = factory.SelfAttribute("period.month_count")
    rate = 200_000
    amount = factory.LazyAttribute(lambda payment: payment.rate * payment.months)


class PurchaseFactory(factory.django.DjangoModelFactory):
    """A recorded purchase of 100,000; `spent_amount` of its payment is not touched."""

    class Meta:
        model = Purchase

    number = factory.Sequence(lambda n: f"TRX-{n:09d}")
    agent = factory.SubFactory(AgentFactory)
    payment = factory.SubFactory(PaymentFactory, credited=True)
    period_id = factory.SelfAttribute("payment.period_id")
    village_id = factory.SelfAttribute("payment.village_id")
    card_number = factory.SelfAttribute("payment.card_number")
    purchased_at = datetime(2021, 2, 20, 9, 41, tzinfo=UTC)
    amount = 100_000


class RakorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Meeting

    title = factory.Sequence(lambda n: f"Rakor uji {n}")
    region_id = "62"
    starts_at = factory.Sequence(
        lambda n: datetime(2021, 11, 23, 2, 0, tzinfo=UTC) - timedelta(minutes=n)
    )
    place = "Aula Dinas Sosial"
    chair = "Kepala Dinas Sosial"
    created_by = factory.SubFactory(UserFactory)


class FollowUpFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FollowUp

    meeting = factory.SubFactory(RakorFactory)
    text = factory.Sequence(lambda n: f"Menyelesaikan pekerjaan uji {n}")
    agency = factory.LazyFunction(lambda: Agency.objects.order_by("pk").first())
    region_id = KAPUAS
    due_on = date(2099, 1, 1)
    created_by = factory.SubFactory(UserFactory)
    created_on = date(2021, 11, 23)


class ComplaintFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Complaint

    channel = "TELEPON"
    category = "JUMLAH"
    region_id = VILLAGE
    subject = factory.Sequence(lambda n: f"Bantuan kurang uji {n}")
    text = "Bantuan yang diterima kurang dari yang seharusnya."
    received_on = date(2021, 11, 1)
    due_on = date(2099, 1, 1)
    received_by = factory.SubFactory(UserFactory)
