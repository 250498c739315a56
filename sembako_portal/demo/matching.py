"""Matching in the demo: an agreement, a request that waits for its answer, the doubles."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from regions.models import Region
from verification.actions.matching import request_match
from verification.doubles import find_exact
from verification.models import Agreement, MatchBatch

_REGENCY = "62.03"


def create_requests(*, users: Mapping[str, User], today: date) -> MatchBatch:
    Agreement.objects.create(
        number="470/9112/DUKCAPIL/2021",
        region_id="62",
        first_party="Dinas Sosial Provinsi Kalimantan Tengah",
        second_party="Dinas Kependudukan dan Pencatatan Sipil Provinsi Kalimantan Tengah",
        valid_from=today - timedelta(days=200),
        # The portal asks by the real day, whatever day the demo is made for.
        valid_until=max(today, timezone.localdate()) + timedelta(days=400),
    )
    find_exact()
    return request_match(
        region=Region.objects.get(pk=_REGENCY),
        choice=MatchBatch.Choice.NIK_BERMASALAH,
        purpose="Perbaikan NIK kosong dan tidak sah sebelum penyaluran",
        by=users["petugas.kapuas"],
    )
