from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "sembako_portal"
    verbose_name = "Portal Sembako"

    def ready(self):
        from sembako_portal.risks import UNSPENT
        from verification import risks

        risks.register(UNSPENT)


class PortalAdminConfig(AdminConfig):
    default_site = "sembako_portal.site.PortalSite"
