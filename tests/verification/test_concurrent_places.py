"""Places asked for at once. Apart, because what is committed is taken away in another way."""

import threading

from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection

from tests.factories import KAPUAS, QuotaFactory, RoundFactory, UserFactory, WaitingCaseFactory
from verification.actions import replacement as actions
from verification.figures.quotas import places_of


def test_two_at_once_never_get_more_than_the_quota(transactional_db):
    """Two connections ask for the last place at the same moment: one gets it."""
    round_ = RoundFactory()
    quota = QuotaFactory(families=1)
    households = [WaitingCaseFactory(round=round_).household for _ in range(2)]
    users = [UserFactory(regions=[KAPUAS]) for _ in households]
    start, told = threading.Barrier(2), []

    def ask(household, user):
        close_old_connections()
        try:
            start.wait(timeout=20)
            actions.propose_replacement(household, skip_reason="Bersamaan", by=user)
            told.append("ok")
        except ValidationError as refused:
            told.append(" ".join(refused.messages))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=ask, args=pair) for pair in zip(households, users, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(text == "ok" for text in told) == [False, True], told
    assert "tidak ada tempat tersisa" in " ".join(told)
    assert places_of([quota])[quota.pk].left == 0
