"""Whether a sheet may come in at all: its round, its place, its kind."""

from django.utils import timezone

from accounts.models import User
from regions.models import Region
from spreadsheets.errors import SheetRefused
from uploads.models import Upload
from verification.models import Round

NOTHING_SAVED = "Tidak ada baris yang disimpan."


def round_of(upload: Upload) -> Round:
    """The round an upload belongs to. Raises `SheetRefused` when it names none."""
    found = upload.reference.isdigit() and Round.objects.filter(pk=upload.reference).first()
    if not found:
        raise SheetRefused(
            "PUTARAN_TIDAK_ADA",
            "Unggahan ini tidak menyebut putaran verifikasi."
            f" Unggahlah dari halaman putaran. {NOTHING_SAVED}",
        )
    return found


def running_rounds(user: User) -> list[tuple[str, str]]:
    """What a sheet without an identity can be sent for: number and name."""
    return [(str(round.pk), round.name) for round in Round.objects.visible_to(user).running()]


def round_name(reference: str) -> str:
    found = reference.isdigit() and Round.objects.filter(pk=reference).first()
    return found.name if found else reference


def admit(upload: Upload, identity: dict[str, str]) -> None:
    """Refuse a sheet of another kind, round or place, and any sheet of a round that is not running.

    A sheet typed anew carries no identity; its column ID KASUS, which the layout requires, says for
    every row where it belongs.
    """
    round = round_of(upload)
    if round.status != Round.Status.BERJALAN:
        raise SheetRefused("PUTARAN_TIDAK_BERJALAN", f"{not_running(round)} {NOTHING_SAVED}")
    if not round.round_regions.filter(region=upload.region_id[:5]).exists():
        raise SheetRefused(
            "WILAYAH_BUKAN_PUTARAN",
            f"{upload.region} tidak ikut dalam {named(round)}. {NOTHING_SAVED}",
        )
    if not identity:
        return
    if identity.get("layout") != upload.kind:
        raise SheetRefused(
            "LEMBAR_LAIN",
            "Berkas ini bukan lembar hasil verifikasi. Unggahlah kembali dan pilih jenis lembar"
            f" yang sesuai. {NOTHING_SAVED}",
        )
    if identity.get("round") != upload.reference:
        other = identity.get("round", "")
        found = other.isdigit() and Round.objects.filter(pk=other).first()
        raise SheetRefused(
            "PUTARAN_LAIN",
            f"Lembar ini milik {named(found) if found else 'putaran lain'}."
            f" Anda mengunggah untuk {named(round)}."
            f" {NOTHING_SAVED}",
        )
    place = identity.get("region", "")
    if place != upload.region_id and not place.startswith(f"{upload.region_id}."):
        owner = Region.objects.filter(pk=place).first()
        raise SheetRefused(
            "WILAYAH_LAIN",
            f"Lembar ini milik {owner or 'wilayah lain'}. Anda mengunggah untuk {upload.region}."
            f" {NOTHING_SAVED}",
        )


def named(round: Round) -> str:
    """The round as a sentence speaks of it; most are called "Putaran" already."""
    return round.name if round.name.lower().startswith("putaran") else f"Putaran {round.name}"


def not_running(round: Round) -> str:
    if round.status == Round.Status.DISIAPKAN:
        return f"{named(round)} belum dibuka."
    closed = timezone.localtime(round.closed_at)
    return f"{named(round)} sudah ditutup pada {closed:%d-%m-%Y}."
