from verification import health


def test_sound_data_have_nothing_to_tell(case):
    assert health.counts_that_do_not_agree() == []
    assert health.open_cases_of_closed_rounds() == []
    assert health.cases_that_left_their_steps() == []


def test_a_case_changed_past_the_actions_is_told(case, officer):
    from verification.actions import cases as actions
    from verification.models import Case, Round

    actions.assign(Case.objects.filter(pk=case.pk), officer=officer, by=officer)
    Case.objects.update(status="DIKEMBALIKAN")
    (told,) = health.cases_that_left_their_steps()
    assert str(case.pk) in told
    Round.objects.update(status="DITUTUP", closed_by=officer, closed_at="2021-12-01T08:00+07:00")
    assert len(health.open_cases_of_closed_rounds()) == 1
