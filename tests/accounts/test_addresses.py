"""Limits by address: which address counts, behind a proxy and without one."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts.addresses import client_address
from tests.factories import PASSWORD, UserFactory

PROXY, OFFICE, STRANGER = "127.0.0.1", "36.90.1.1", "36.90.1.2"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "", PROXY),
        (0, OFFICE, PROXY),
        (1, OFFICE, OFFICE),
        (1, f"10.0.0.1, {OFFICE}", OFFICE),
        (2, f"10.0.0.1, {OFFICE}, 10.1.1.1", OFFICE),
        (1, "2404:8000::1", "2404:8000::1"),
        (2, OFFICE, PROXY),
        (1, "bukan alamat", PROXY),
        (1, "", PROXY),
    ],
)
def test_only_what_the_own_proxies_have_seen_counts(settings, proxies, header, address):
    settings.PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, **headers)
    assert client_address(request) == address


def test_behind_a_proxy_a_stranger_locks_nobody_out(client, db, settings):
    settings.PROXY_COUNT = 1
    user = UserFactory(regions=["62.03"])
    url = reverse("admin:login")

    def sign_in(address: str, password: str):
        data = {"username": user.username, "password": password}
        return client.post(url, data, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=address)

    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(STRANGER, "salah-salah-salah")
    assert sign_in(STRANGER, PASSWORD).status_code == 429
    assert sign_in(OFFICE, PASSWORD).status_code == 302
