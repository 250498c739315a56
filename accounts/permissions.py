"""Who may do what, and where: asked first by every action."""

from django.core.exceptions import PermissionDenied

from accounts.models import User


def require(user: User | None, permission: str, region_code: str) -> None:
    """Raises `PermissionDenied` unless the role may do it and the region lies in the scope."""
    require_role(user, permission)
    if not user.scope.contains(region_code):
        raise PermissionDenied("Wilayah ini di luar wilayah tugas Anda.")


def require_role(user: User | None, permission: str) -> None:
    """Half of `require`, for an action that learns the place later or says more of it itself."""
    if user is None or not user.has_perm(permission):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
