"""Where a user may see: one `Scope`, applied in every queryset and under it in the database.

Above: `.visible_to(user)` of `ScopedQuerySet`. Below: a request or task of a region-limited user
runs as the restricted role, whose policies allow only the regencies in `portal.regencies`.
No role is ever left over from the request before: `applied` sets both and takes both back, and a
connection that is opened in between gets what is in force (docs/adr/0003).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, models
from django.db.migrations.operations import RunPython, RunSQL
from django.db.models.functions import Left
from django.db.utils import InterfaceError, OperationalError, ProgrammingError
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from regions.models import Region


@dataclass(frozen=True)
class Scope:
    """The region codes a user is assigned to; without one nothing is visible."""

    codes: tuple[str, ...] = ()

    @property
    def is_province(self) -> bool:
        return any(len(code) == 2 for code in self.codes)

    @property
    def is_of_whole_regencies(self) -> bool:
        """Sums of a kabupaten/kota tell nothing of a place that lies outside."""
        return all(len(code) <= 5 for code in self.codes)

    @property
    def regencies(self) -> list[str]:
        """Kemendagri codes of the regencies that the database policies let through."""
        return sorted({code[:5] for code in self.codes if len(code) > 2})

    def contains(self, code: str) -> bool:
        return any(code == own or code.startswith(f"{own}.") for own in self.codes)

    def condition(self, place: str) -> models.Q:
        """Rows whose region column `place` lies inside the scope."""
        if self.is_province:
            return models.Q()
        inside = models.Q(pk__in=[])
        for code in self.codes:
            if len(code) == 5:
                inside |= models.Q(regency_code=code)
            else:
                # A list of places keeps the index usable under the policy; a LIKE would not.
                inside |= models.Q(**{f"{place}__in": Region.objects.inside(code)})
        return inside


NOWHERE = Scope()


class ScopedQuerySet(models.QuerySet):
    """Of a model that belongs to a place: it names its region column in `PLACE`."""

    def visible_to(self, user):
        return self.filter(user.scope.condition(self.model.PLACE))


def regency_code_of(place: str) -> models.GeneratedField:
    """Stored column with the regency of the region column `place`, for scope and indexes."""
    return models.GeneratedField(
        expression=Left(place, 5),
        output_field=models.CharField(max_length=5),
        db_persist=True,
        verbose_name="kode kabupaten/kota",
    )


# `None` means: no user at work, as in a migration or a command of the administrator.
_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    return _current.get()


def _set_on_connection(scope: Scope | None) -> None:
    raw = connection.connection
    if raw is None or raw.closed:
        return  # apply_to_new_connection sets it when there is one
    if raw.get_transaction_status() == TRANSACTION_STATUS_INERROR:
        return  # the rollback that must follow brings back what was in force before
    limited = scope is not None and not scope.is_province
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('role', %s, false), set_config('portal.regencies', %s, false)",
                [
                    settings.RESTRICTED_ROLE if limited else "none",
                    ",".join(scope.regencies) if limited else "",
                ],
            )
    except (OperationalError, InterfaceError):
        connection.close()  # a connection of uncertain scope is never used again


def apply_to_new_connection(sender, connection, **kwargs) -> None:
    """A connection opened (or opened again) in the middle of a request must not start unlimited."""
    if connection.alias == "default" and current() is not None:
        _set_on_connection(current())


def enter(scope: Scope | None) -> None:
    """Put `scope` in force for this context and its database connection."""
    _current.set(scope)
    _set_on_connection(scope)


@contextmanager
def applied(scope: Scope | None) -> Iterator[None]:
    """Run a block within `scope`; what was in force before comes back, whatever happens."""
    before = current()
    enter(scope)
    try:
        yield
    finally:
        enter(before)


def count_visible(model: type[models.Model], user, *, table: str, column: str) -> int:
    """How many rows of `model`, by the ids in a temporary table, lie in the user's scope.

    Asked after a bulk write and before it is final; the database's policies judge as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT SELECT ON "{table}" TO "{settings.RESTRICTED_ROLE}"')
        # The planner knows nothing of rows just written; with an index no plan of its can be bad.
        cursor.execute(f'CREATE INDEX ON "{table}" ("{column}")')
    with applied(user.scope):
        written = models.expressions.RawSQL(f'SELECT "{column}" FROM "{table}"', [])
        return model.objects.visible_to(user).filter(pk__in=written).count()


class RestrictedRoleMissing(ProgrammingError):
    """The database lacks the restricted role; the text has the SQL for the server's DBA."""


def _missing_role_statements(cursor) -> list[str]:
    """The SQL that is still to be run so that this account can act as the restricted role."""
    role = settings.RESTRICTED_ROLE
    cursor.execute(
        "SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
        ", current_setting('server_version_num')::int",
        [role],
    )
    owner, exists, version = cursor.fetchone()
    if not exists:
        grant = f'GRANT "{role}" TO "{owner}"' + (" WITH SET TRUE;" if version >= 160000 else ";")
        # Roles belong to the whole server: another database's migration may make it at this moment.
        create = (
            f'DO $$ BEGIN CREATE ROLE "{role}" NOLOGIN;'
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;"
        )
        return [create, grant]
    privilege = "SET" if version >= 160000 else "MEMBER"
    cursor.execute("SELECT pg_has_role(current_user, %s, %s)", [role, privilege])
    return [] if cursor.fetchone()[0] else [f'GRANT "{role}" TO "{owner}";']


def create_restricted_role() -> RunPython:
    """Migration operation: the role without login that region-limited work runs as."""

    def forwards(apps, schema_editor):
        role = f'"{settings.RESTRICTED_ROLE}"'
        with schema_editor.connection.cursor() as cursor:
            missing = _missing_role_statements(cursor)
            if missing:
                cursor.execute(
                    "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
                )
                if not cursor.fetchone()[0]:
                    raise RestrictedRoleMissing(
                        "Akun basis data ini tidak boleh membuat peran. Mintalah pengelola server"
                        " menjalankan SQL berikut sebagai administrator, lalu ulangi:\n"
                        + "\n".join(missing)
                    )
            for statement in missing:
                cursor.execute(statement)
            cursor.execute(
                f"GRANT USAGE ON SCHEMA public TO {role};"
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};"
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
                f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};"
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role};"
            )

    return RunPython(forwards, RunPython.noop)


def policy(table: str) -> RunSQL:
    """Migration operation: the restricted role sees and writes only rows of its own regencies.

    Every table with a `regency_code` has it; tests/test_scope.py fails for one that has not. The
    setting is read once per statement (a sub-select), and `=` alone keeps the indexes usable: an OR
    or a non-leakproof operator would make a search scan the table (DESIGN section 4).
    """
    own = (
        "regency_code = ANY ((SELECT"
        " string_to_array(current_setting('portal.regencies', true), ','))::text[])"
    )
    return RunSQL(
        [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'CREATE POLICY own_regencies ON "{table}" TO "{settings.RESTRICTED_ROLE}"'
            f" USING ({own}) WITH CHECK ({own})",
        ],
        [
            f'DROP POLICY own_regencies ON "{table}"',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ],
    )
