"""Writing down who saw or took out personal data (UU 27/2022), before it is shown."""

from accounts.models import AccessLog, User
from regions.models import Region


def log_reveal(*, by: User, region: Region, subject: str) -> AccessLog:
    """Record that `by` is shown one identity number of `subject`."""
    return AccessLog.objects.create(
        kind=AccessLog.Kind.REVEAL, user=by, region=region, subject=subject
    )


def log_export(
    *, by: User, region: Region, subject: str, purpose: str, row_count: int
) -> AccessLog:
    """Record that `by` takes out `row_count` rows; the purpose may not be empty."""
    return AccessLog.objects.create(
        kind=AccessLog.Kind.EXPORT,
        user=by,
        region=region,
        subject=subject,
        purpose=purpose,
        row_count=row_count,
    )
