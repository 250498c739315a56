from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from accounts.roles import PERMISSIONS


class RoleBackend(ModelBackend):
    """Grants what accounts/roles.py says of the user's role, and nothing beside it.

    Read from there and not from the Group of that name, which holds the same: every page would ask
    the database for it.
    """

    def get_user(self, user_id):
        user = User.objects.with_scope().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj, obj, from_name):
        if user_obj.is_superuser:
            return super()._get_permissions(user_obj, obj, from_name)
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return PERMISSIONS.get(user_obj.role, set()) if from_name == "group" else set()
