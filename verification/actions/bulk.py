"""Accepting many results of one rule at once, in set-based SQL.

What comes out is what accepting them one by one, in the order of their numbers, would give. Order
matters only where a result changes what a later one meets: the same person once more, or a
confirmed NIK that becomes free. The results are cut into runs at such places; within a run all are
accepted at once.
"""

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_role
from accounts.scope import count_visible
from beneficiaries.models import Person
from verification.actions.matching import tell
from verification.models import MatchResult

_ALIVE = "c.response NOT IN ('MENINGGAL', 'PINDAH')"

# The first candidate of each, and the run it belongs to.
_CHOOSE = f"""
CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS
WITH first AS (
    SELECT DISTINCT ON (result_id) result_id, id AS candidate_id, record_id
    FROM verification_matchcandidate WHERE result_id = ANY (%(results)s) ORDER BY result_id, rank
), told AS (
    SELECT r.id AS result_id, r.person_id, p.household_id, first.candidate_id, first.record_id,
        row_number() OVER (PARTITION BY r.person_id ORDER BY r.id) > 1 AS again,
        {_ALIVE} AND p.nik_confirmed_on IS NOT NULL AND c.nik NOT IN ('', p.nik) AS frees
    FROM verification_matchresult r
    JOIN first ON first.result_id = r.id
    JOIN verification_civilrecord c ON c.id = first.record_id
    JOIN beneficiaries_person p ON p.id = r.person_id AND p.is_active
    WHERE NOT EXISTS (SELECT FROM verification_matchdecision d WHERE d.result_id = r.id
        AND d.by_id = %(by)s AND d.undone_at IS NULL AND d.verdict <> 'LEWATI')
), cut AS (
    SELECT *, again OR lag(again OR frees, 1, false) OVER (ORDER BY result_id) AS begins FROM told
)
SELECT *, count(*) FILTER (WHERE begins) OVER (ORDER BY result_id) AS run FROM cut;
ANALYZE chosen
"""
_LOCK = """
SELECT FROM beneficiaries_household WHERE id IN (SELECT household_id FROM chosen)
ORDER BY id FOR UPDATE;
SELECT FROM beneficiaries_person WHERE id IN (SELECT person_id FROM chosen) ORDER BY id FOR UPDATE
"""
# A NIK goes to the first who can get it: where an active person holds it by word of Dukcapil, to
# nobody else.
_RUN = f"""
CREATE TEMPORARY TABLE accepted ON COMMIT DROP AS
WITH wanted AS (
    SELECT ch.result_id, ch.person_id, ch.household_id, ch.candidate_id, r.village_id,
        c.response, {_ALIVE} AS alive, p.nik_confirmed_on AS was_confirmed_on,
        coalesce(nullif(c.nik, ''), p.nik) AS nik, p.nik AS old_nik,
        coalesce(nullif(c.name, ''), p.name) AS name, p.name AS old_name,
        coalesce(nullif(c.birth_place, ''), p.birth_place) AS birth_place,
        p.birth_place AS old_birth_place,
        coalesce(c.birth_date, p.birth_date) AS birth_date, p.birth_date AS old_birth_date,
        coalesce(nullif(c.sex, ''), p.sex) AS sex, p.sex AS old_sex,
        coalesce(nullif(c.mother_name, ''), p.mother_name) AS mother_name,
        p.mother_name AS old_mother_name,
        CASE WHEN c.kk_number <> '' AND (h.payee_id = p.id OR (SELECT count(*) = 1
                FROM beneficiaries_person m WHERE m.household_id = h.id AND m.is_active))
            THEN c.kk_number ELSE h.kk_number END AS kk_number, h.kk_number AS old_kk_number
    FROM chosen ch
    JOIN verification_matchresult r ON r.id = ch.result_id
    JOIN verification_civilrecord c ON c.id = ch.record_id
    JOIN beneficiaries_person p ON p.id = ch.person_id
    JOIN beneficiaries_household h ON h.id = ch.household_id
    WHERE ch.run = %(run)s
), free AS (
    SELECT * FROM wanted o WHERE NOT alive OR (nik <> '' AND NOT EXISTS (
        SELECT FROM beneficiaries_person p WHERE p.nik = o.nik AND p.is_active
            AND p.nik_confirmed_on IS NOT NULL AND p.id <> o.person_id))
), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY alive, nik ORDER BY result_id) AS turn FROM free
)
SELECT * FROM ordered WHERE NOT alive OR turn = 1;
DELETE FROM accepted WHERE alive AND nik IN (SELECT nik FROM beneficiaries_confirmed_elsewhere(
    (SELECT array_agg(nik::text) FROM accepted WHERE alive)))
"""
_FIELDS = ("nik", "name", "birth_place", "birth_date", "sex", "mother_name")
_CHANGED = ", ".join(
    f"'{name}', CASE WHEN {name} IS DISTINCT FROM old_{name}"
    f" THEN coalesce(old_{name}::text, '') END"
    for name in (*_FIELDS, "kk_number")
)
_CONSEQUENCES = " ".join(
    f"WHEN '{said}' THEN '{consequence}'" for said, (_, consequence) in MatchResult.MEANING.items()
)
# A day that is to be said again is cleared first (see the trigger CONFIRMATION).
_WRITE = f"""
UPDATE beneficiaries_person p SET nik_confirmed_on = NULL
FROM accepted a WHERE p.id = a.person_id AND a.alive AND p.nik <> a.nik
    AND p.nik_confirmed_on = %(today)s;
UPDATE beneficiaries_person p SET {", ".join(f"{name} = a.{name}" for name in _FIELDS)},
    nik_confirmed_on = %(today)s, source_upload_id = NULL, source_row = NULL,
    source_user_id = %(by)s
FROM accepted a WHERE p.id = a.person_id AND a.alive;
UPDATE beneficiaries_household h SET kk_number = a.kk_number, source_upload_id = NULL,
    source_row = NULL, source_user_id = %(by)s
FROM accepted a WHERE h.id = a.household_id AND a.alive AND a.kk_number <> a.old_kk_number;
UPDATE verification_matchdecision d SET undone_at = clock_timestamp()
FROM accepted a WHERE d.result_id = a.result_id AND d.by_id = %(by)s AND d.undone_at IS NULL;
INSERT INTO verification_matchdecision
    (result_id, village_id, candidate_id, verdict, before, by_id, at)
SELECT result_id, village_id, candidate_id, 'TERIMA', CASE WHEN alive THEN jsonb_strip_nulls(
        jsonb_build_object('nik_confirmed_on', coalesce(was_confirmed_on::text, ''), {_CHANGED}))
    ELSE '{{}}' END, %(by)s, clock_timestamp()
FROM accepted;
UPDATE verification_matchresult r SET state = 'DITERIMA', decided_at = clock_timestamp(),
    outcome = CASE WHEN a.alive THEN 'PADAN' ELSE a.response END,
    nik_changed = a.alive AND a.nik <> a.old_nik,
    consequence = CASE a.response {_CONSEQUENCES} ELSE '' END
FROM accepted a WHERE r.id = a.result_id
"""


@transaction.atomic
def accept_rule(*, rule: str, result_ids: list[int], by: User) -> int:
    """Accept the first candidate of many results of ONE rule, after a sample was looked at.

    Results that need a second person, whose civil data are gone, or whose NIK is taken, stay in the
    queue, where their page says why; tells how many were accepted. Raises ValidationError when
    somebody takes one of the NIK at the same moment; then nothing is accepted.
    """
    if not rule:
        raise ValidationError("Pilih satu aturan dahulu.")
    require_role(by, "verification.decide_matchresult")
    open_results = (
        MatchResult.objects.visible_to(by)
        .in_queue()
        .filter(pk__in=result_ids, rule=rule, decisions_needed=1)
    )
    locked = list(
        open_results.select_for_update(of=["self"]).order_by("pk").values_list("pk", flat=True)
    )
    if not locked:
        return 0
    values = {"results": locked, "by": by.pk, "today": timezone.localdate()}
    villages: set[str] = set()
    accepted = 0
    with pghistory.context(user=by.pk), connection.cursor() as cursor:
        cursor.execute(_CHOOSE, values)
        cursor.execute(_LOCK)
        cursor.execute("SELECT DISTINCT run FROM chosen ORDER BY run")
        for (run,) in cursor.fetchall():
            cursor.execute(_RUN, {"run": run})
            try:
                with transaction.atomic():
                    cursor.execute(_WRITE, values)
            except IntegrityError as error:
                if "person_confirmed_nik_once" not in str(error):
                    raise
                raise ValidationError(
                    "Salah satu NIK baru saja dibenarkan untuk orang lain. Tidak ada yang diterima;"
                    " muat ulang halaman ini dan ulangi."
                ) from error
            cursor.execute("SELECT count(*), array_agg(DISTINCT village_id) FROM accepted")
            count, places = cursor.fetchone()
            if count_visible(Person, by, table="accepted", column="person_id") != count:
                raise PermissionDenied("Sebagian orang di luar wilayah tugas Anda.")
            accepted += count
            villages |= set(places or ())
            cursor.execute("DROP TABLE accepted")
        cursor.execute("DROP TABLE chosen")
    tell(villages)
    return accepted
