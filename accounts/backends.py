from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from accounts.models import RegionAssignment, User
from accounts.roles import PERMISSIONS


class RoleBackend(ModelBackend):
    """Grants what accounts/roles.py says of the user's role, and nothing beside it.

    Read from there and not from the Group of that name, which holds the same: every page would ask
    the database for it.
    """

    def get_user(self, user_id):
        """With the codes of the user's regions, which every page asks for."""
        codes = RegionAssignment.objects.filter(user=OuterRef("pk")).order_by("region")
        users = User.objects.annotate(assigned_codes=ArraySubquery(codes.values("region_id")))
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj, obj, from_name):
        if user_obj.is_superuser:
            return super()._get_permissions(user_obj, obj, from_name)
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return PERMISSIONS.get(user_obj.role, set()) if from_name == "group" else set()
