"""A round of 300,000 cases: how long it takes to open, its progress page and its summary.

Prints JSON.

    nice -n 10 python benchmarks/rounds.py

`open_s` is the action that freezes the starting list, with the reasons for every visit;
`progress_p95_ms` the page of the round for the whole province and for one regency, as the
coordinator gets them in process, database included. `summary_p95_ms` is the summary of the round in
the middle of its work (`WORK`), `summary_queries` what it asks the database, `finding_list_p95_ms`
the slowest of the three lists behind its findings.
"""

import json
import os
import time
from datetime import date

import bench

PERSONS = 1_000_000
TIMES = 20

# Of ten cases six are verified, one was visited within the last two weeks, and three wait since
# they were given to the officer of their kecamatan. Two in a hundred leave.
WORK = """
UPDATE verification_case c SET officer_id = u.id,
    status = CASE WHEN c.id %% 10 < 6 THEN 'DISETUJUI' WHEN c.id %% 10 = 6 THEN 'DIKUNJUNGI'
        ELSE 'BELUM' END,
    is_found = CASE WHEN c.id %% 10 < 7 THEN true END,
    is_eligible = CASE WHEN c.id %% 10 < 7 THEN c.id %% 50 <> 1 END,
    reason = CASE WHEN c.id %% 50 = 1 THEN
        (ARRAY['PINDAH', 'SUDAH_MAMPU', 'TIDAK_DITEMUKAN', 'MENINGGAL'])[1 + c.id / 50 %% 4]
        ELSE '' END,
    visited_on = CASE WHEN c.id %% 10 < 7 THEN date '2021-11-10' END,
    visited_by_id = CASE WHEN c.id %% 10 < 7 THEN u.id END,
    decided_by_id = CASE WHEN c.id %% 10 < 6 THEN %(by)s END,
    decided_at = CASE WHEN c.id %% 10 < 6 THEN now() END,
    changed_at = now()
        - CASE WHEN c.id %% 10 = 6 THEN c.id / 10 %% 14 ELSE 20 END * interval '1 day'
FROM accounts_user u
WHERE c.round_id = %(round)s AND u.username = 'tksk.' || left(c.village_id, 8);
UPDATE beneficiaries_enrollment e SET ended_on = date '2021-11-20', end_reason = 'PINDAH'
FROM verification_case c
WHERE c.round_id = %(round)s AND c.household_id = e.household_id AND e.ended_on IS NULL
    AND e.programme_id = 'SEMBAKO' AND c.id %% 100 IN (1, 2);
"""


def p95(samples: list[float]) -> float:
    return sorted(samples)[max(0, -(-len(samples) * 95 // 100) - 1)]


def main() -> None:
    with bench.register(PERSONS, copy="rounds"):
        from django.conf import settings
        from django.db import connection
        from django.test import Client, override_settings
        from django.test.utils import CaptureQueriesContext
        from django.urls import reverse

        from accounts.models import User
        from regions.models import Region
        from verification.actions import rounds
        from verification.figures import summary
        from verification.figures.findings import Finding, findings_url

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        override_settings(
            ALLOWED_HOSTS=["testserver"], STORAGES={**settings.STORAGES, "staticfiles": plain}
        ).enable()
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
        round_url = reverse("admin:verification_round_change", args=[round.pk])

        def measured(*urls: str) -> list[float]:
            """The 95th percentile of each page in ms."""
            told = []
            for url in urls:
                client.get(url)
                taken = []
                for _ in range(TIMES):
                    started = time.perf_counter()
                    answer = client.get(url)
                    taken.append(1000 * (time.perf_counter() - started))
                    assert answer.status_code == 200
                told.append(p95(taken))
            return told

        progress, progress_regency = measured(round_url, f"{round_url}?wilayah=62.03")
        bench.say("the round is being worked on")
        User.objects.bulk_create(
            User(username=f"tksk.{place.code}", full_name=f"TKSK {place.name}", role="TKSK")
            for place in Region.objects.filter(level=Region.Level.DISTRICT)
        )
        work_s = bench.seconds(
            lambda: connection.cursor().execute(WORK, {"by": coordinator.pk, "round": round.pk})
        )
        compact_s = bench.seconds(summary.compact)
        connection.cursor().execute("ANALYZE")
        summary_url = f"{reverse('verification:summary')}?putaran={round.pk}"
        whole, regency = measured(summary_url, f"{summary_url}&wilayah=62.03")
        lists = measured(*(findings_url(round, "62", finding) for finding in Finding))
        with CaptureQueriesContext(connection) as asked:
            client.get(summary_url)
        print(
            json.dumps(
                {
                    "cases": cases,
                    "open_s": open_s,
                    "progress_p95_ms": progress,
                    "progress_regency_p95_ms": progress_regency,
                    "work_s": work_s,
                    "compact_s": compact_s,
                    "summary_p95_ms": whole,
                    "summary_regency_p95_ms": regency,
                    "summary_queries": len(asked),
                    "finding_list_p95_ms": max(lists),
                    "load_1min": os.getloadavg()[0],
                }
            )
        )


if __name__ == "__main__":
    main()
