"""A round of 300,000 cases: how long it takes to open, and its progress page. Prints JSON.

    nice -n 10 python benchmarks/rounds.py

`open_s` is the action that freezes the starting list, with the reasons for every visit;
`progress_p95_ms` the page of the round for the whole province and for one regency, as the
coordinator gets them in process, database included.
"""

import json
import time
from datetime import date

import bench

PERSONS = 1_000_000
TIMES = 20


def p95(samples: list[float]) -> float:
    return sorted(samples)[max(0, -(-len(samples) * 95 // 100) - 1)]


def main() -> None:
    with bench.register(PERSONS, copy="rounds"):
        from django.conf import settings
        from django.test import Client
        from django.urls import reverse

        from regions.models import Region
        from verification.actions import rounds

        settings.ALLOWED_HOSTS = ["testserver"]
        coordinator = bench.user("koordinator", "KOORDINATOR", "62")
        round = rounds.create_round(
            name="Putaran ukur",
            starts_on=date(2021, 11, 1),
            due_on=date(2021, 12, 31),
            regions=Region.objects.regencies(),
            by=coordinator,
        )
        started = time.perf_counter()
        cases = rounds.open_round(round, by=coordinator)
        open_s = time.perf_counter() - started
        bench.say(f"{cases:,} cases opened in {open_s:.1f} s")

        client = Client()
        client.force_login(coordinator)
        url = reverse("admin:verification_round_change", args=[round.pk])
        samples = {"": [], "?wilayah=62.03": []}
        for query, taken in samples.items():
            client.get(url + query)
            for _ in range(TIMES):
                started = time.perf_counter()
                answer = client.get(url + query)
                taken.append(1000 * (time.perf_counter() - started))
                assert answer.status_code == 200
        print(
            json.dumps(
                {
                    "cases": cases,
                    "open_s": open_s,
                    "progress_p95_ms": p95(samples[""]),
                    "progress_regency_p95_ms": p95(samples["?wilayah=62.03"]),
                }
            )
        )


if __name__ == "__main__":
    main()
