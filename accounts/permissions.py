"""Who may do what, and where: asked first by every action."""

from django.core.exceptions import PermissionDenied

from accounts.models import User


def require(user: User | None, permission: str, region_code: str) -> None:
    """Raises `PermissionDenied` unless the role may do it and the region lies in the scope."""
    if user is None or not user.has_perm(permission):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
    if not user.scope.contains(region_code):
        raise PermissionDenied("Wilayah ini di luar wilayah tugas Anda.")
