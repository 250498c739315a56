"""What people are told of their uploads (a listener of `uploads.steps`)."""

from django.urls import reverse

from accounts.models import Notification
from accounts.notifications import notify
from uploads.models import Upload

Status = Upload.Status
TEXTS = {
    Status.DIKEMBALIKAN: "{upload} dikembalikan. Baca alasannya, perbaiki, lalu ajukan lagi.",
    Status.DITERAPKAN: "{upload} disetujui dan diterapkan.",
    Status.GAGAL: "{upload} gagal diproses. Sebabnya tertulis pada halaman unggahan.",
}


def tell(upload: Upload) -> None:
    """Whoever sent or submitted the upload learns what became of it."""
    if text := TEXTS.get(upload.status):
        notify(
            [upload.sent_by, upload.submitted_by],
            topic=Notification.Topic.UNGGAHAN,
            text=text.format(upload=f"Unggahan {upload.original_name}"),
            url=reverse("admin:uploads_upload_change", args=[upload.pk]),
        )
