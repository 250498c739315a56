from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission


class RoleBackend(ModelBackend):
    """Grants the permissions of the Group that carries the name of the user's role."""

    def _get_user_permissions(self, user_obj):
        return Permission.objects.none()  # nobody has rights beside those of the role

    def _get_group_permissions(self, user_obj):
        return Permission.objects.filter(group__name=user_obj.role)
