"""Benchmarks fill their databases by SQL of their own, which has to fit the model of today."""

from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection

from distribution.models import Payment, PaymentSum

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FAMILIES, PERIODS = 30, 2


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module


@pytest.mark.django_db
def test_payments_and_purchases_fit(benchmark):
    register, made = benchmark("bench").REGISTER, benchmark("reconciliation")
    values = {"families": FAMILIES, "periods": PERIODS, "period": PERIODS}
    with connection.cursor() as cursor:
        cursor.execute(register, {"persons": 100, "households": FAMILIES})
        cursor.execute(made.PARTIES, values)
        cursor.execute(made.PAYMENTS, values)
        # Purchases are made without their triggers, which spend the credit themselves.
        for filling in (made.PURCHASES, made.LINES):
            cursor.execute(f"EXPLAIN {filling}", values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert (
        Payment.objects.count() == sum(row.number for row in PaymentSum.objects.all()) == FAMILIES
    )
