"""Pemberitahuan: who is told, what the bell and the page show, the daily e-mail."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Notification, User
from accounts.notifications import notify, users_who_may
from accounts.roles import Role
from dashboards import digest
from dashboards.digest import send_digests
from dashboards.mail import Unfinished
from dashboards.models import NightlyJob
from sembako_portal import nightly
from tests.factories import KAPUAS, PULANG_PISAU, HouseholdFactory, UploadFactory, UserFactory
from uploads import steps
from uploads.models import Upload

pytestmark = pytest.mark.django_db
PAGE = "/pemberitahuan/"


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer, "accounts.backends.RoleBackend")
    return client


def tell(*users, text="Unggahan bnba.xlsx dikembalikan.", topic="UNGGAHAN", url="/bantuan/"):
    return notify(users, topic=topic, text=text, url=url)


def test_everyone_is_told_once_and_who_left_is_not(officer):
    gone = UserFactory(is_active=False)

    assert tell(officer, officer, None, gone) == 1

    assert list(Notification.objects.values_list("user", "text")) == [
        (officer.pk, "Unggahan bnba.xlsx dikembalikan.")
    ]


def test_many_are_told_in_one_statement(django_assert_num_queries):
    users = [UserFactory() for _ in range(5)]
    with django_assert_num_queries(1):
        assert tell(*users) == 5


def test_long_text_is_cut_and_says_so(officer):
    tell(officer, text="x" * 400)
    assert Notification.objects.get().text.endswith("x…")


def test_users_who_may_work_in_the_region_or_above(officer):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    UserFactory(role=Role.KOORDINATOR)
    UserFactory(role=Role.KOORDINATOR, regions=[PULANG_PISAU])

    assert users_who_may("uploads.review_upload", KAPUAS) == [coordinator]
    assert set(users_who_may("uploads.add_upload", KAPUAS)) == {officer, coordinator}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("DIAJUKAN", "DIKEMBALIKAN", "dikembalikan"),
        ("DISETUJUI", "DITERAPKAN", "disetujui dan diterapkan"),
        ("DIPERIKSA", "GAGAL", "gagal"),
        ("DIPERIKSA", "SIAP", None),
    ],
)
def test_sender_learns_what_became_of_an_upload(officer, before, after, told):
    moments = {}
    if before in ("DIAJUKAN", "DISETUJUI"):
        moments = {"submitted_by": officer, "submitted_at": timezone.now()}
    if before == "DISETUJUI" or after == "DIKEMBALIKAN":
        moments |= {"reviewed_by": UserFactory(), "reviewed_at": timezone.now()}
    upload = UploadFactory(sent_by=officer, status=before, **moments)
    if after == "DITERAPKAN":
        upload.applied_at = timezone.now()
    if after == "GAGAL":
        upload.failure = "Berkas tidak dapat dibaca."

    steps.move(upload, Upload.Status(after), by=None)

    texts = list(Notification.objects.of(officer).values_list("text", flat=True))
    assert len(texts) == (told is not None)
    assert told is None or told in texts[0]


def test_bell_counts_what_is_unread(signed_in, officer):
    tell(officer)
    tell(officer, text="Kedua.")
    tell(UserFactory())
    page = signed_in.get("/bantuan/").content.decode()
    assert 'aria-label="Pemberitahuan, 2 belum dibaca"' in page


def test_opening_one_marks_it_and_goes_there(signed_in, officer):
    tell(officer)
    note = Notification.objects.get()

    response = signed_in.get(reverse("accounts:notification", args=[note.pk]))

    assert response.url == "/bantuan/"
    assert not Notification.objects.unread().exists()
    assert "Tidak ada yang belum dibaca" in signed_in.get(PAGE).content.decode()
    assert note.text in signed_in.get(PAGE, {"tampil": "semua"}).content.decode()


def test_no_way_out_of_the_portal(signed_in, officer):
    tell(officer, url="https://lain.example/")
    note = Notification.objects.get()
    response = signed_in.get(reverse("accounts:notification", args=[note.pk]))
    assert response.url == PAGE


def test_somebody_elses_is_not_found(signed_in):
    tell(UserFactory())
    note = Notification.objects.get()
    assert signed_in.get(reverse("accounts:notification", args=[note.pk])).status_code == 404
    assert signed_in.post(reverse("accounts:mark"), {"dibaca": note.pk}).status_code == 404
    signed_in.post(reverse("accounts:mark"))
    assert Notification.objects.unread().count() == 1


def test_marking_unread_again_and_all_as_read(signed_in, officer):
    tell(officer)
    tell(officer, text="Kedua.")
    note = Notification.objects.first()
    signed_in.post(reverse("accounts:mark"), {"dibaca": note.pk})
    assert Notification.objects.unread().count() == 1
    signed_in.post(reverse("accounts:mark"), {"belum": note.pk})
    assert Notification.objects.unread().count() == 2
    signed_in.post(reverse("accounts:mark"))
    assert Notification.objects.unread().count() == 0


def test_filter_by_topic(signed_in, officer):
    tell(officer)
    tell(officer, text="Jawaban Dukcapil.", topic="PEMADANAN")
    page = signed_in.get(PAGE, {"perihal": "PEMADANAN"}).content.decode()
    assert "Jawaban Dukcapil." in page
    assert "bnba.xlsx" not in page


# The daily e-mail


def test_digest_tells_work_and_what_is_unread(officer, settings):
    settings.SITE_URL = "https://portal.example"
    tell(officer)
    UploadFactory(sent_by=officer, status=Upload.Status.PERLU_PERBAIKAN)

    call_command("send_digest")

    (message,) = mail.outbox
    assert message.to == [officer.email]
    assert message.subject == "Portal Sembako: 1 pekerjaan dan 1 pemberitahuan"
    html = message.alternatives[0][0]
    for text in (message.body, html):
        assert "Perbaiki unggahan" in text
        assert "Unggahan bnba.xlsx dikembalikan." in text
        assert f"https://portal.example/pemberitahuan/{Notification.objects.get().pk}/" in text
    assert "{%" not in message.body and "<" not in message.body


def test_province_is_told_its_findings():
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    upload = UploadFactory(
        sent_by=UserFactory(regions=[KAPUAS]),
        status=Upload.Status.DIAJUKAN,
        submitted_by=UserFactory(regions=[KAPUAS]),
        submitted_at=timezone.now() - timedelta(days=4),
    )
    assert send_digests().sent == 1
    (message,) = mail.outbox
    assert message.to == [coordinator.email]
    assert "Kapuas: unggahan menunggu keputusan" in message.body
    assert reverse("admin:uploads_upload_change", args=[upload.pk]) in message.body


def test_work_of_another_district_is_not_told():
    officer = UserFactory(regions=[PULANG_PISAU])
    UploadFactory(sent_by=UserFactory(regions=[KAPUAS], email=""), status="PERLU_PERBAIKAN")
    tell(officer)
    send_digests()
    (message,) = mail.outbox
    assert "Perbaiki unggahan" not in message.body


def test_nothing_to_tell_no_mail(officer):
    assert send_digests().sent == 0
    assert mail.outbox == []


@pytest.mark.parametrize("change", [{"wants_digest": False}, {"email": ""}, {"is_active": False}])
def test_who_gets_none(officer, change):
    tell(officer)
    type(officer).objects.filter(pk=officer.pk).update(**change)
    assert send_digests().sent == 0


def test_one_a_day(officer):
    tell(officer)
    today = timezone.localdate()
    assert [send_digests(today).sent, send_digests(today).sent] == [1, 0]
    assert send_digests(today + timedelta(days=1)).sent == 1


def test_one_leads_to_where_it_is_switched_off(officer, settings):
    settings.SITE_URL = "https://portal.example"
    tell(officer)
    send_digests()
    assert mail.outbox[0].extra_headers["List-Unsubscribe"] == (
        "<https://portal.example/pemberitahuan/>"
    )


def test_a_work_list_that_fails_stops_nobody_else(officer, monkeypatch):
    other = UserFactory(regions=[PULANG_PISAU])
    tell(officer, other)
    counted = digest.digest_of

    def failing_for_one(user):
        if user == officer:
            User.objects.create(username=other.username)
        return counted(user)

    monkeypatch.setattr(digest, "digest_of", failing_for_one)
    delivery = send_digests()
    assert (delivery.sent, delivery.failed) == (1, 1)
    assert [message.to for message in mail.outbox] == [[other.email]]
    with pytest.raises(Unfinished, match="1 surel dikirim, 1 gagal"):
        delivery.told()
    monkeypatch.undo()
    assert send_digests().told() == "1 surel dikirim."


class Away(EmailBackend):
    """A mail server that is not reached."""

    def open(self):
        raise ConnectionRefusedError


class Refusing(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})


def test_a_mail_server_that_is_away_is_tried_again_the_same_day(officer, settings):
    tell(officer)
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    nightly.queue_due(timezone.now().replace(hour=20))
    nightly.run_job.func("ringkasan-surel")
    row = NightlyJob.objects.get(code="ringkasan-surel")
    assert "server surel tidak menjawab. Dicoba lagi pukul" in row.failure
    again = DBTaskResult.objects.get(args_kwargs__args=["ringkasan-surel", 1])
    assert again.run_after > timezone.now()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    nightly.run_job.func(*again.args_kwargs["args"])
    row.refresh_from_db()
    assert (row.failure, row.outcome) == ("", "1 surel dikirim.")


def test_it_is_not_tried_for_ever(officer, settings):
    tell(officer)
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    nightly.queue_due(timezone.now().replace(hour=20))
    before = DBTaskResult.objects.count()
    nightly.run_job.func("ringkasan-surel", len(nightly.TRY_AGAIN))
    assert DBTaskResult.objects.count() == before
    failure = NightlyJob.objects.get(code="ringkasan-surel").failure
    assert failure.endswith("Dicoba lagi malam berikutnya.")


def test_a_mailbox_that_refuses_is_told_and_not_tried_again_today(officer, settings):
    tell(officer)
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    assert send_digests().told() == "0 surel dikirim, 1 kotak surel menolak."


def test_user_switches_it_off_and_on(signed_in, officer):
    signed_in.post(reverse("accounts:digest"), {"ringkasan": "tidak"})
    officer.refresh_from_db()
    assert not officer.wants_digest
    signed_in.post(reverse("accounts:digest"), {"ringkasan": "ya"})
    officer.refresh_from_db()
    assert officer.wants_digest


def test_names_and_numbers_of_persons_stay_out_of_the_mail(officer):
    household = HouseholdFactory(members=2, members__nik="123")
    tell(officer)
    send_digests()
    (message,) = mail.outbox
    everything = message.body + message.alternatives[0][0]
    assert household.payee.name not in everything
    assert household.kk_number not in everything
