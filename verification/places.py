from django.db.migrations.operations import RunSQL


def same_place_as_case(table: str, column: str = "village_id") -> RunSQL:
    """Migration operation: rows of a case stand where the case stands, and move with it.

    Cases themselves follow their family (beneficiaries/places.py).
    """
    name = f"{table}_same_place"
    return RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (case_id, {column})'
        " REFERENCES verification_case (id, village_id) ON UPDATE CASCADE",
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )
