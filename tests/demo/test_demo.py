"""What `manage.py demo` has put into the database."""

from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError
from django.db import transaction
from django.db.models import F, Sum
from django.test import RequestFactory, override_settings

from accounts.models import User
from accounts.roles import Role
from beneficiaries.models import Card, Enrollment, Household, Person
from distribution.figures import reach_by_regency
from distribution.health import CHECKS
from distribution.models import Payment, PaymentReport, Purchase, ReconciliationFinding
from sembako_portal.demo import users
from sembako_portal.management.commands.demo import fill
from tests.demo.helpers import TODAY, checksum, run
from uploads.actions import hash_of
from uploads.models import Upload
from verification.models import Case, Round

COUNT = 1_600
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small demo province for all tests of this module; taken back afterwards."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.getbasetemp() / "demo")
    with django_db_blocker.unblock(), transaction.atomic():
        with files:
            counts = fill(count=COUNT, today=TODAY)
        yield counts
        transaction.set_rollback(True)


class TestProvince:
    def test_counts(self, province):
        assert province["beneficiaries_household"] == Household.objects.count() == COUNT
        assert province["beneficiaries_person"] == Person.objects.count()
        assert province["beneficiaries_card"] == Card.objects.count()

    def test_every_village_has_a_family(self, province):
        assert Household.objects.values("village").distinct().count() == 1_571

    def test_invalid_nik_as_the_database_judges(self, province):
        share = Person.objects.with_invalid_nik().count() / Person.objects.count()
        assert 0.09 < share < 0.13

    def test_the_payee_holds_the_card(self, province):
        assert not Card.objects.exclude(holder__household_id=F("household_id")).exists()
        assert not Household.objects.filter(payee=None).exists()

    def test_next_id_is_free(self, province):
        household = Household.objects.create(
            dtks_id="x", village_id=Household.objects.first().village_id
        )
        assert household.pk == COUNT + 1

    def test_one_round_is_under_way_everywhere(self, province):
        (round_,) = Round.objects.running()
        assert round_.name == "Putaran II 2021"
        assert round_.starts_on < TODAY < round_.due_on == date(2021, 11, 30)
        assert round_.round_regions.count() == 14
        assert round_.cases.values("regency_code").distinct().count() == 14

    def test_every_kpm_at_the_start_has_one_case(self, province):
        in_programme = Household.objects.kpm().count()
        left_since = Case.objects.approved().exclude(is_eligible=True).count()
        assert left_since > 0
        assert Case.objects.filter(was_kpm=True).count() == in_programme + left_since

    def test_cases_in_every_status(self, province):
        # Only a round that is closed ends cases without a result.
        for status in set(Case.Status.values) - {Case.Status.BERAKHIR}:
            assert Case.objects.filter(status=status, regency_code="62.03").exists(), status

    @pytest.mark.parametrize(("regency", "share"), [("62.12", 0.473), ("62.71", 0.849)])
    def test_verified_as_in_the_mockups(self, province, regency, share):
        cases = Case.objects.filter(regency_code=regency)
        assert cases.approved().count() / cases.count() == pytest.approx(share, abs=0.02)

    def test_nothing_lies_in_the_future(self, province):
        assert not Case.objects.filter(visited_on__gt=TODAY).exists()
        assert not Case.objects.filter(decided_at__date__gte=TODAY, upload=None).exists()

    def test_what_was_approved_as_not_eligible_has_left_the_programme(self, province):
        cases = Case.objects.approved().filter(is_eligible=False, upload=None)
        ended = Enrollment.objects.filter(
            household__in=cases.values("household"), programme="SEMBAKO", ended_on__isnull=False
        )
        assert ended.count() == cases.count()


class TestUploads:
    def test_in_every_status(self, province):
        statuses = set(Upload.objects.values_list("status", flat=True))
        assert statuses == set(Upload.Status.values)

    def test_none_failed_but_the_sheet_of_another_regency(self, province):
        (failed,) = Upload.objects.filter(status=Upload.Status.GAGAL)
        assert "Kabupaten Pulang Pisau" in failed.failure

    def test_rows_issues_and_files_are_real(self, province, settings, tmp_path_factory):
        settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "demo"
        upload = Upload.objects.get(status=Upload.Status.PERLU_PERBAIKAN)
        assert upload.rows.count() == upload.rows_total
        assert upload.issues.filter(level="error").exists()
        with upload.file.open() as file:
            assert hash_of(file) == upload.sha256

    def test_cases_handed_in_or_returned_are_in_a_sheet(self, province):
        for case_status, upload_status in (
            (Case.Status.DIAJUKAN, Upload.Status.DIAJUKAN),
            (Case.Status.DIKEMBALIKAN, Upload.Status.DIKEMBALIKAN),
        ):
            cases = Case.objects.filter(status=case_status, visited_by=None)
            assert set(cases.values_list("upload__status")) == {(upload_status,)}

    def test_what_was_applied_is_in_the_history(self, province):
        upload = Upload.objects.get(kind="dtks_bnba", status=Upload.Status.DITERAPKAN)
        assert upload.rows_applied == upload.rows_to_apply > 0
        assert Household.objects.filter(source_upload=upload).exists()
        assert upload.events.count() == 6

    def test_all_that_was_written_stays_in_its_regency(self, province):
        for upload in Upload.objects.filter(status=Upload.Status.DITERAPKAN):
            households = Household.objects.filter(source_upload=upload)
            assert set(households.values_list("regency_code", flat=True)) <= {upload.regency_code}


class TestPayout:
    def test_nearly_all_is_spent_of_past_periods_and_less_of_the_one_that_runs(self, province):
        *past, running = (
            spent / credited
            for spent, credited in Payment.objects.filter(period__is_rapel=False)
            .order_by("period__first_month")
            .values_list("period__first_month")
            .annotate(spent=Sum("spent_amount"), credited=Sum("topped_up_amount"))
            .filter(credited__gt=0)
            .values_list("spent", "credited")
        )
        # Some families live where no agent is; in this small province every tenth.
        assert min(past) > 0.82 and max(past) < 0.96
        assert len({round(share, 3) for share in past}) > len(past) / 2
        assert 0.7 < running < min(past)

    def test_the_remote_villages_have_no_agent(self, province):
        reach = reach_by_regency(["62.03", "62.12", "62.71"], TODAY)
        kapuas, murung_raya, palangka_raya = (row.without_agent / row.villages for row in reach)
        assert palangka_raya <= kapuas < murung_raya / 2 < 0.25, (
            palangka_raya,
            kapuas,
            murung_raya,
        )

    def test_top_ups_fail_but_seldom(self, province):
        reported = PaymentReport.objects.filter(status__in=["TOP_UP_GAGAL", "TOP_UP_SUKSES"])
        failed = reported.filter(status="TOP_UP_GAGAL").count() / reported.count()
        assert 0.005 < failed < 0.04

    @pytest.mark.parametrize("rule", ["AGEN_LUAR_WILAYAH", "AGEN_TERLARANG"])
    def test_few_buy_where_they_should_not(self, province, rule):
        found = ReconciliationFinding.objects.filter(rule=rule).count()
        assert 0 < found < 0.015 * Purchase.objects.count()

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
    def test_what_must_hold_every_night_holds(self, province, check):
        assert check.broken() == []


class TestUsers:
    def test_every_role_has_a_user(self, province):
        assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
        assert not User.objects.filter(is_superuser=True).exists()
        assert not User.objects.filter(assignments=None).exists()

    def test_maker_is_not_checker_needs_two_coordinators(self, province):
        assert User.objects.filter(role=Role.KOORDINATOR).count() == 2

    def test_they_can_sign_in(self, province, settings):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        request = RequestFactory().post("/")
        for role in Role.values:
            user = User.objects.filter(role=role).first()
            signed_in = authenticate(request, username=user.username, password=users.PASSWORD)
            assert signed_in == user

    def test_the_password_passes_the_rules(self, province):
        for user in User.objects.all():
            validate_password(users.PASSWORD, user)

    def test_the_table_names_them_all(self, province):
        table = run(logins=True)
        for login in users.LOGINS:
            assert login.username in table
        assert "Kabupaten Kapuas" in table
        assert users.PASSWORD in table


class TestFilledPortal:
    def test_if_empty_leaves_data_alone(self, province, on_own_machine):
        before = checksum()
        assert run(if_empty=True) == ""
        assert checksum() == before

    def test_refuses_a_portal_with_data(self, province, on_own_machine):
        with pytest.raises(CommandError, match="sudah berisi data"):
            run()
        assert Household.objects.count() == COUNT
