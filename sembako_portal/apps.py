from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The commands of the portal as a whole: demo, prepare."""

    name = "sembako_portal"


class PortalAdminConfig(AdminConfig):
    default_site = "sembako_portal.site.PortalSite"
