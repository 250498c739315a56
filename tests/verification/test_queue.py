"""The queue of matching as those meet it who decide."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries.models import Person
from tests.factories import KAPUAS, OTHER_VILLAGE, MatchResultFactory, UserFactory
from verification.comparing import marked, waterfall
from verification.models import MatchCandidate, MatchResult

QUEUE = reverse("verification:queue")
NIK = "6203011205839077"


@pytest.fixture
def dukcapil(client, db):
    user = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return user


def act(client, result, key, **data):
    return client.post(
        reverse("verification:queue_decide", args=[result.pk, key]), data, follow=True
    )


@given(st.text(max_size=30), st.text(max_size=30))
def test_marked_pieces_are_the_text(text, other):
    assert "".join(piece for piece, _ in marked(text, other)) == text
    assert not any(differs for _, differs in marked(text, text))


@given(
    st.floats(-30, 5),
    st.lists(st.tuples(st.just("nik"), st.floats(-20, 20), st.just("Sama")), max_size=8),
)
def test_the_chart_stays_inside_its_frame(start, weights):
    chart = waterfall(start, weights)
    assert chart.total == pytest.approx(start + sum(weight for _, weight, _ in weights))
    places = [place for bar in chart.bars for place in (bar.left, bar.right)]
    assert all(0 <= place <= 100 for place in (*places, *chart.zone, chart.end))


def test_the_best_candidates_come_first_and_the_data_opened_are_logged(client, dukcapil):
    worse, better = MatchResultFactory.create_batch(2)
    MatchCandidate.objects.filter(result=better).update(probability=0.95)
    page = client.get(QUEUE).content.decode()
    assert "<h1>Antrean pemadanan</h1>" in page and "Skor 95" in page
    assert better.person.name in AccessLog.objects.get().subject
    assert worse.person.name in page  # under "Berikutnya"


def test_differing_characters_are_marked(client, dukcapil):
    MatchResultFactory(person__name="SITI RAKMAH", candidates=1, candidates__name="SITI RAHMAH")
    page = client.get(QUEUE).content.decode()
    assert "SITI RA<mark>K</mark>MAH" in page and "SITI RA<mark>H</mark>MAH" in page
    assert "Bila diterima" in page


def test_accepting_brings_the_next_person(client, dukcapil):
    first, second = MatchResultFactory.create_batch(2, candidates=1)
    MatchCandidate.objects.filter(result=first).update(probability=0.95)
    page = act(client, first, "terima", kandidat=first.candidates.get().pk).content.decode()
    first.refresh_from_db()
    assert first.state == "DITERIMA"
    assert second.person.name in page and "Diterima" in page


def test_undoing_the_last_decision(client, dukcapil):
    result = MatchResultFactory(candidates=1, candidates__nik=NIK)
    act(client, result, "terima", kandidat=result.candidates.get().pk)
    assert Person.objects.get(pk=result.person_id).nik == NIK
    url = reverse("verification:queue_undo", args=[result.decisions.get().pk])
    assert "diurungkan" in client.post(url, follow=True).content.decode()
    assert Person.objects.get(pk=result.person_id).nik != NIK


def test_what_was_skipped_comes_last(client, dukcapil):
    first, second = MatchResultFactory.create_batch(2)
    MatchCandidate.objects.filter(result=first).update(probability=0.95)
    act(client, first, "lewati")
    assert client.get(QUEUE).context["result"] == second


def test_one_s_own_vote_leaves_one_s_queue(client, dukcapil):
    result = MatchResultFactory(decisions_needed=2)
    page = act(client, result, "terima", kandidat=result.candidates.get().pk).content.decode()
    assert "petugas kedua masih harus memutus" in page and "Antrean kosong" in page
    result.refresh_from_db()
    assert result.state == MatchResult.State.ANTRE


def test_bulk_acceptance_shows_a_sample_first(client, dukcapil):
    MatchResultFactory.create_batch(3, rule="NAMA_90")
    url = reverse("verification:queue_bulk", args=["NAMA_90"])
    response = client.get(url)
    assert "Contoh 3 dari 3 orang" in response.content.decode()
    page = client.post(url, {"orang": response.context["ids"]}, follow=True).content.decode()
    assert "3 orang diterima." in page
    assert not MatchResult.objects.in_queue().exists()


def test_other_roles_and_other_regions_have_no_queue(client, dukcapil, db):
    elsewhere = MatchResultFactory(
        person__household__village_id=OTHER_VILLAGE, batch__region_id=OTHER_VILLAGE[:5]
    )
    assert "Antrean kosong" in client.get(QUEUE).content.decode()
    url = reverse("verification:queue_decide", args=[elsewhere.pk, "tolak"])
    assert client.post(url).status_code == 404
    officer = UserFactory(regions=[KAPUAS])
    client.force_login(officer, backend="accounts.backends.RoleBackend")
    assert client.get(QUEUE).status_code == 403
