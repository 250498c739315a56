from django.urls import path
from unfold.sites import UnfoldAdminSite


class PortalSite(UnfoldAdminSite):
    """The one door to the portal: every user with a role works here, in the words of the work."""

    site_title = site_header = "Portal Sembako"
    index_title = "Beranda"
    empty_value_display = "–"

    def __init__(self, name="admin"):
        from sembako_portal.forms import SignInForm  # needs the models, which are not loaded yet

        super().__init__(name)
        self.login_form = SignInForm

    def has_permission(self, request) -> bool:
        return request.user.is_active and request.user.is_authenticated

    def login(self, request, extra_context=None):
        """With the way to the public figures, while there are any."""
        from coordination import public

        extra = {"has_public_figures": public.current() is not None}
        return super().login(request, extra | (extra_context or {}))

    def index(self, request, extra_context=None):
        from dashboards.views import home

        return home(request)

    def get_urls(self):
        from sembako_portal import views

        return [
            path("bantuan/", self.admin_view(views.help_page), name="help"),
            *super().get_urls(),
        ]
