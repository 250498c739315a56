from unfold.sites import UnfoldAdminSite


class PortalSite(UnfoldAdminSite):
    """The one door to the portal: every user with a role works here, in the words of the work."""

    site_title = site_header = "Portal Sembako"
    index_title = "Beranda"

    def has_permission(self, request) -> bool:
        return request.user.is_active and request.user.is_authenticated
