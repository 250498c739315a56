"""Where a request comes from, for what is limited by address."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the user: behind `PROXY_COUNT` proxies what the outermost of them has seen.

    Each proxy adds to the right of X-Forwarded-For whom it has seen; what stands further left the
    client may have written, and it is not believed.
    """
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.PROXY_COUNT <= len(seen):
        try:
            return str(ip_address(seen[-settings.PROXY_COUNT].strip()))
        except ValueError:
            pass  # no address: the header is not that of a proxy
    return request.META.get("REMOTE_ADDR", "")
