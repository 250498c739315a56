"""Pass 2: the probabilistic model, declared for Splink, which runs it on DuckDB or on Spark.

The model is Fellegi and Sunter's: each comparison has ordered levels, each level a weight, log2 of
how much more often it is met among pairs of one person (m) than among pairs of two (u); the weights
of a pair are added. Common names, dates and places weigh less (term frequencies). Conditions use
only functions in which the two engines agree to the last digit.

What belongs to the family and not to the person (family card, address, village) is one comparison,
so that it is counted once: otherwise a sister would pass for the person.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from verification.matching.cleaning import COLUMNS

DEFAULT_MODEL = Path(__file__).parent / "default_model.json"
SEED = 20211123

# Below so many records in the smaller table, or in both together, the data at hand are too few to
# learn from, and the shipped values are used.
ENOUGH_TO_TRAIN = 2_000
ENOUGH_FOR_FREQUENCIES = 50_000
_SAMPLED_PAIRS = 400_000  # for u
_TRAINING_PAIRS = 300_000  # for m without known pairs
_GIVEN_COUNT_AS = 200
_OFTEN = 0.12  # m of ELSE from which a class of pairs is not one person

Values = dict[str, dict[str, tuple[float, float]]]  # comparison, level, m and u


class Level(NamedTuple):
    """`sql`: condition on the cleaned columns with _l and _r. `frequency`: the column whose
    commonness counts."""

    code: str
    title: str
    sql: str
    frequency: str = ""


class Comparison(NamedTuple):
    """`columns`: a pair in which none of them is known on both sides says nothing."""

    name: str
    title: str
    columns: tuple[str, ...]
    levels: tuple[Level, ...]


ELSE = "ELSE"


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


def _close(column: str, percent: int) -> str:
    """So many of a hundred letters differ at most, by the longer of the two; one always may."""
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"(levenshtein({left}, {right}) <= 1 OR levenshtein({left}, {right}) * 100"
        f" <= {percent} * greatest(length({left}), length({right})))"
    )


def _contains(longer: str, shorter: str) -> str:
    return f"concat(' ', {longer}, ' ') LIKE concat('% ', {shorter}, ' %')"


COMPARISONS = (
    Comparison("name", "Nama", ("name",), (
        Level("EXACT", "sama", _same("name"), "name"),
        Level("SOUND", "sama bunyinya", _same("name_key"), "name_key"),
        Level("PART", "satu memuat yang lain",
              f"({_contains('name_l', 'name_r')} OR {_contains('name_r', 'name_l')})"),
        Level("CLOSE", "mirip sekali", f"({_close('name_key', 15)} OR {_close('name', 15)})"),
        Level("NEAR", "mirip", f"({_close('name_key', 30)} OR {_close('name', 30)})"),
        Level("WORD", "satu kata sama", f"({_same('first_word')} OR {_same('last_word')}"
              " OR first_word_l = last_word_r OR last_word_l = first_word_r)"),
    )),
    Comparison("birth", "Tanggal lahir", ("birth_date",), (
        Level("EXACT", "sama", _same("birth_date"), "birth_date"),
        Level("SWAPPED", "hari dan bulan tertukar", _same("birth_key")),
        Level("DIGIT", "satu angka berbeda", "levenshtein(birth_date_l, birth_date_r) <= 1"),
        Level("DAY_MONTH", "hari dan bulan sama", _same("birth_day")),
        Level("YEAR", "tahun sama", _same("birth_year")),
    )),
    Comparison("sex", "Jenis kelamin", ("sex",), (Level("EXACT", "sama", _same("sex")),)),
    Comparison("place", "KK dan tempat tinggal", ("kk_number", "address", "village"), (
        Level("KK", "KK sama", _same("kk_number"), "kk_number"),
        Level("KK_TYPO", "satu angka KK berbeda", "levenshtein(kk_number_l, kk_number_r) <= 1"),
        Level("RESIDENCE", "alamat lengkap sama", _same("residence"), "residence"),
        Level("ADDRESS", "alamat sama", _same("address"), "address"),
        Level("ADDRESS_CLOSE", "alamat mirip", _close("address", 20)),
        Level("VILLAGE", "desa/kelurahan sama", _same("village"), "village"),
        Level("VILLAGE_CLOSE", "desa/kelurahan mirip",
              f"(village_l NOT LIKE '__.__.__.____' AND {_close('village', 20)})"),
        Level("DISTRICT", "kecamatan sama", "(village_l LIKE '__.__.__.____' AND"
              " substr(village_l, 1, 8) = substr(village_r, 1, 8))"),
        Level("REGENCY", "kabupaten/kota sama", "(village_l LIKE '__.__.__.____' AND"
              " substr(village_l, 1, 5) = substr(village_r, 1, 5))"),
    )),
    Comparison("mother", "Nama ibu kandung", ("mother_name",), (
        Level("EXACT", "sama", _same("mother_name"), "mother_name"),
        Level("SOUND", "sama bunyinya", _same("mother_key"), "mother_key"),
        Level("CLOSE", "mirip", f"({_close('mother_key', 25)} OR {_close('mother_name', 25)})"),
        Level("WORD", "kata pertama sama", _same("mother_first")),
    )),
    Comparison("birth_place", "Tempat lahir", ("birth_place",), (
        Level("EXACT", "sama", _same("birth_place"), "birth_place"),
        Level("CLOSE", "mirip", _close("birth_place", 25)),
    )),
    # The date in the NIK is that of the comparison of birth dates, its region that of places, and
    # of twins all but the serial is equal: only the whole number counts, and a mistyped stem.
    Comparison("nik", "NIK", ("nik",), (
        Level("EXACT", "sama", _same("nik")),
        Level("TYPO", "salah ketik", "(levenshtein(nik_l, nik_r) <= 2"
              " AND coalesce(nik_stem_l <> nik_stem_r, true))"),
    )),
)  # fmt: skip

# Pairs are compared that agree on one of these. Each line is one way to find a pair, from wide to
# narrow: the widest is taken that does not make more pairs than the budget allows.
BLOCKING = (
    (("kk_number",), ("kk_number", "initial")),
    (("birth_key",), ("birth_key", "initial"), ("birth_key", "begin"), ("birth_key", "name_key")),
    (("birth_day", "begin"), ("birth_day", "first_word"), ("birth_day", "name_key")),
    (("name_key",), ("name_key", "birth_year"), ("name_key", "birth_year", "sex", "birth_place")),
    (("name_key",), ("name_key", "village"), ("name_key", "village", "birth_year")),
    (("first_word",), ("first_word", "birth_year"), ("first_word", "birth_year", "village")),
    (("last_word",), ("last_word", "birth_year"), ("last_word", "birth_year", "village")),
    (("village", "birth_year"), ("village", "birth_year", "initial"), ("village", "birth_key")),
    (("mother_name",), ("mother_name", "birth_year"), ("mother_name", "birth_year", "initial")),
    (("address",), ("address", "initial"), ("residence",), ("residence", "initial")),
    (("nik_stem",), ("nik_stem", "initial")),
    (("nik",),),
)  # fmt: skip
PAIRS_PER_RECORD = 8
_FEW_PAIRS = 300_000
_MANY_PAIRS = 2_000_000

KEPT = 0.02  # pairs below this probability are forgotten

# Expected before looking: the share of the smaller table that is in the other, and of persons that
# are entered twice. A tenfold mistake moves a weight by 3.3.
SHARE_FOUND = 0.5
SHARE_DOUBLE = 0.01


def possible(comparisons: Sequence[Comparison], filled: Mapping[str, bool]) -> list[Comparison]:
    """The comparisons and levels that two tables can have; `filled`: whether a cleaned column has
    values in both."""
    usable = []
    for comparison in comparisons:
        levels = tuple(
            level
            for level in comparison.levels
            if all(filled[column] for column in re.findall(r"(\w+)_[lr]\b", level.sql))
        )
        columns = tuple(column for column in comparison.columns if filled[column])
        if levels and columns:
            usable.append(comparison._replace(columns=columns, levels=levels))
    return usable


def adapted(comparisons: Sequence[Comparison], values: Values) -> Values:
    """The values for these comparisons. What a level that is not possible had of m is shared by the
    others but ELSE: where nobody has a family card, more people agree in the address at best."""
    result = {}
    for comparison in comparisons:
        given = values[comparison.name]
        kept = [level.code for level in comparison.levels]
        share = (1 - given[ELSE][0]) / sum(given[code][0] for code in kept)
        result[comparison.name] = {code: (given[code][0] * share, given[code][1]) for code in kept}
        result[comparison.name][ELSE] = given[ELSE]
    return result


def known_sql(comparison: Comparison) -> str:
    return " OR ".join(
        f"({column}_l IS NOT NULL AND {column}_r IS NOT NULL)" for column in comparison.columns
    )


def shipped() -> Values:
    return json.loads(DEFAULT_MODEL.read_text())


def settings(
    comparisons: Sequence[Comparison],
    blocking: Sequence[tuple[str, ...]],
    values: Values,
    *,
    dedupe: bool,
    prior: float,
    frequencies: bool,
):
    """The declaration as Splink wants it. `frequencies`: whether commonness counts."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on
    from splink.blocking_rule_library import CustomRule

    declared = []
    for comparison in comparisons:
        levels = [cll.CustomLevel(f"NOT ({known_sql(comparison)})", base_dialect_str="duckdb")]
        levels[0].configure(is_null_level=True)
        for level in comparison.levels:
            m, u = values[comparison.name][level.code]
            made = cll.CustomLevel(level.sql, level.code, base_dialect_str="duckdb")
            made.configure(m_probability=m, u_probability=u)
            if frequencies and level.frequency:
                made.configure(tf_adjustment_column=level.frequency)
            levels.append(made)
        m, u = values[comparison.name][ELSE]
        levels.append(cll.ElseLevel().configure(m_probability=m, u_probability=u))
        declared.append(cl.CustomComparison(levels, output_column_name=comparison.name))
    return SettingsCreator(
        link_type="dedupe_only" if dedupe else "link_only",
        comparisons=declared,
        blocking_rules_to_generate_predictions=[
            block_on(*columns) if columns else CustomRule("1=1") for columns in blocking
        ],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
        max_iterations=15,
        em_convergence=0.001,
    )


def choose_blocking(connection, left: str, right: str) -> list[tuple[str, ...]]:
    """The lines of BLOCKING that the two cleaned tables can bear; () makes all pairs."""
    sizes = [
        connection.execute(f"SELECT count(*) FROM {t}").fetchall()[0][0] for t in (left, right)
    ]
    if sizes[0] * sizes[1] <= _FEW_PAIRS:
        return [()]
    budget = min(max(PAIRS_PER_RECORD * min(sizes), _FEW_PAIRS), _MANY_PAIRS)
    chosen = []
    for variants in BLOCKING:
        for columns in variants:
            if columns in chosen:
                break
            keys = ", ".join(columns)
            groups = f"SELECT {keys}, count(*) AS n FROM {left} GROUP BY ALL"
            if left == right:
                known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
                counting = f"SELECT sum(n * (n - 1)) / 2 FROM ({groups}) WHERE {known}"
            else:
                counting = f"SELECT sum(n) FROM ({groups}) JOIN {right} USING ({keys})"
            [(pairs,)] = connection.execute(f"SELECT coalesce(({counting}), 0)").fetchall()
            if pairs <= budget:
                if pairs > 0:
                    chosen.append(columns)
                break
    return chosen


def level_sql(comparison: Comparison) -> str:
    """SQL over a pair, columns with _l and _r: the level's code, NULL where nothing is known."""
    cases = " ".join(f"WHEN {level.sql} THEN '{level.code}'" for level in comparison.levels)
    return f"CASE WHEN NOT ({known_sql(comparison)}) THEN NULL {cases} ELSE '{ELSE}' END"


def learn(connection, pairs: str, values: Values) -> Values:
    """`values` with m as counted in `pairs`, a table of pairs known to be one person each, cleaned
    columns with _l and _r. They were found by their NIK, so of NIKs nothing is learned. The values
    given count like so many pairs: what did not happen among few is not impossible."""
    learned = dict(values)
    for comparison in COMPARISONS:
        if comparison.name == "nik":
            continue
        counted = dict(
            connection.execute(
                f"SELECT {level_sql(comparison)} AS level, count(*) FROM {pairs} GROUP BY ALL"
            ).fetchall()
        )
        counted.pop(None, None)
        total = sum(counted.values()) + _GIVEN_COUNT_AS
        learned[comparison.name] = {
            code: ((counted.get(code, 0) + _GIVEN_COUNT_AS * m) / total, u)
            for code, (m, u) in values[comparison.name].items()
        }
    return learned


class Model(NamedTuple):
    """What was used. `trained`: whether the values are learned from the data at hand."""

    linker: object
    comparisons: list[Comparison]
    values: Values
    trained: bool
    blocking: list[tuple[str, ...]]
    frequencies: bool

    def uses_frequency(self, comparison: Comparison) -> bool:
        return self.frequencies and any(level.frequency for level in comparison.levels)


def comparable(connection, left: str, right: str) -> list[Comparison]:
    """The comparisons that two cleaned tables can have; none where one is empty."""
    counts = ", ".join(f"count({column}) > 0" for column in COLUMNS)
    filled = [connection.execute(f"SELECT {counts} FROM {t}").fetchall()[0] for t in (left, right)]
    known = dict(zip(COLUMNS, map(all, zip(*filled, strict=True)), strict=True))
    return possible(COMPARISONS, known)


def build(
    api, connection, left: str, right: str, *, sources=None, values: Values | None = None
) -> Model:
    """The model for two cleaned tables in `connection` (for duplicates twice the same one). `api`
    is Splink's engine and `sources` the same tables for it, where it does not know them by name.
    `values`: learned before, only u is learned still.
    """
    from splink import Linker

    dedupe = left == right
    sizes = [_count(connection, table) for table in (left, right)]
    comparisons = comparable(connection, left, right)
    blocking = choose_blocking(connection, left, right)
    expected = SHARE_DOUBLE * sizes[0] if dedupe else SHARE_FOUND * min(sizes)
    every = sizes[0] * (sizes[1] - 1) / 2 if dedupe else sizes[0] * sizes[1]
    frequencies = sum(sizes) >= ENOUGH_FOR_FREQUENCIES
    declared = settings(
        comparisons,
        blocking,
        adapted(comparisons, values or shipped()),
        dedupe=dedupe,
        prior=min(0.5, expected / max(every, 1)),
        frequencies=frequencies,
    )
    names = ("a",) if dedupe else ("a", "b")
    tables = [
        api.register(table, dataset_display_name=name)
        for name, table in zip(names, sources or (left, right), strict=False)
    ]
    linker = Linker(tables, declared, log_level=logging.ERROR)
    enough = min(sizes) >= ENOUGH_TO_TRAIN
    if enough:
        linker.training.estimate_u_using_random_sampling(
            max_pairs=_SAMPLED_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
        )
        if values is None:
            _expect_and_maximise(linker, comparisons)
    return Model(linker, comparisons, _values(linker, comparisons), enough, blocking, frequencies)


def _count(connection, table: str) -> int:
    return connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]


def _expect_and_maximise(linker, comparisons: Sequence[Comparison]) -> None:
    """m without knowing any pair: from pairs of equal birth date and from pairs of equal name, so
    that each is learned where it was not the reason for looking. Where that ends with a class of
    pairs that is not one person (a family, say: it shows in names that differ too often), the
    values given stay."""
    from splink import block_on

    given = [
        [level.m_probability for level in comparison._comparison_levels_excluding_null]
        for comparison in linker._settings_obj.comparisons
    ]
    named = {comparison.name for comparison in comparisons}
    for name, key in (("birth", "birth_date"), ("name", "name_key")):
        if name in named and len(named) > 1:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(key),
                estimate_without_term_frequencies=True,
                fix_probability_two_random_records_match=True,
                max_pairs=_TRAINING_PAIRS,
            )
    for comparison, before in zip(linker._settings_obj.comparisons, given, strict=True):
        levels = comparison._comparison_levels_excluding_null
        strayed = levels[-1].m_probability > max(_OFTEN, 2 * before[-1])
        for level, m in zip(levels, before, strict=True):
            level.m_probability = m if strayed else min(max(level.m_probability, 0.0005), 0.9995)


def _values(linker, comparisons: Sequence[Comparison]) -> Values:
    used = linker._settings_obj.comparisons
    return {
        declared.name: {
            code: (level.m_probability, level.u_probability)
            for code, level in zip(
                [*(level.code for level in declared.levels), ELSE],
                comparison._comparison_levels_excluding_null,
                strict=True,
            )
        }
        for declared, comparison in zip(comparisons, used, strict=True)
    }


def scored_sql(model: Model, source: str) -> str:
    """SQL: Splink's result in our words: left_id, right_id, weight, probability, and for each
    comparison `{name}_level` (NULL: not known) and `{name}_weight`."""
    columns = []
    for comparison in model.comparisons:
        codes = [ELSE, *(level.code for level in reversed(comparison.levels))]
        cases = " ".join(f"WHEN {number} THEN '{code}'" for number, code in enumerate(codes))
        frequency = model.uses_frequency(comparison)
        extra = f" + coalesce(mw_tf_adj_{comparison.name}, 0)" if frequency else ""
        columns.append(f"CASE gamma_{comparison.name} {cases} END AS {comparison.name}_level")
        columns.append(f"mw_{comparison.name}{extra} AS {comparison.name}_weight")
    return (
        "SELECT unique_id_l AS left_id, unique_id_r AS right_id, match_weight AS weight,"
        f" match_probability AS probability, {', '.join(columns)} FROM {source}"
    )
