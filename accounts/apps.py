from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Akun"

    def ready(self):
        from accounts import roles, scope

        connection_created.connect(scope.apply_to_new_connection, dispatch_uid="scope")
        post_migrate.connect(roles.sync_groups, sender=self, dispatch_uid="roles")
