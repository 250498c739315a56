"""Places asked for at once. Apart, because what is committed is taken away in another way."""

import threading
from datetime import date
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import close_old_connections, connection
from django.utils import timezone

from beneficiaries.models import Enrollment
from regions.models import Region
from spreadsheets import writing
from tests.factories import KAPUAS, QuotaFactory, RoundFactory, UserFactory, WaitingCaseFactory
from tests.verification.endorsing import checked_case, coordinator, forwarded, scan
from verification.actions import decrees
from verification.actions import replacement as actions
from verification.figures.quotas import places_of


def at_once(*doings) -> list[str]:
    """Each on a connection of its own, begun together; what it said when it was refused."""
    start, told = threading.Barrier(len(doings)), []

    def run(doing):
        close_old_connections()
        try:
            start.wait(timeout=20)
            doing()
            told.append("ok")
        except ValidationError as refused:
            told.append(" ".join(refused.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(doing,)) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return told


def test_two_at_once_never_get_more_than_the_quota(transactional_db):
    """Two connections ask for the last place at the same moment: one gets it."""
    round_ = RoundFactory()
    quota = QuotaFactory(families=1)
    households = [WaitingCaseFactory(round=round_).household for _ in range(2)]
    users = [UserFactory(regions=[KAPUAS]) for _ in households]
    told = at_once(
        *(
            partial(actions.propose_replacement, household, skip_reason="Bersamaan", by=user)
            for household, user in zip(households, users, strict=True)
        )
    )
    assert sorted(text == "ok" for text in told) == [False, True], told
    assert "tidak ada tempat tersisa" in " ".join(told)
    assert places_of([quota])[quota.pk].left == 0


def test_a_decree_and_a_request_at_once_never_get_more_than_the_quota(transactional_db, tmp_path):
    """The last place is granted to one family and decreed while another asks for it.

    Without the lock the family would be counted neither as promised nor as a KPM for a moment.
    """
    round_ = RoundFactory()
    comes = checked_case(round_, "MASUK")
    other = WaitingCaseFactory(round=round_).household
    quota = QuotaFactory(families=1)
    path = tmp_path / "daftar.xlsx"
    known = comes.household
    writing.export(
        path, ["ID DTKS", "NIK", "NAMA"], [[known.dtks_id, known.payee.nik, known.payee.name]]
    )
    sent = forwarded(round_, Region.objects.get(pk=KAPUAS), with_waiting=True)
    decree = decrees.record_decree(
        sent,
        number="1/HUK/2021",
        official_name="Contoh Uji",
        official_office="Menteri Sosial",
        signed_on=timezone.localdate(),
        effective_on=date(2021, 12, 1),
        scan=scan(),
        list_file=ContentFile(path.read_bytes(), name="daftar.xlsx"),
        by=coordinator(),
    )
    told = at_once(
        partial(decrees.apply_decree, decree, by=coordinator()),
        *(
            partial(actions.propose_replacement, other, by=UserFactory(regions=[KAPUAS]))
            for _ in range(3)
        ),
    )
    assert sorted(text == "ok" for text in told) == [False, False, False, True], told
    assert Enrollment.objects.active().get().household == comes.household
    assert places_of([quota])[quota.pk].left == 0
