"""Sales at the same moment. Apart, because what is committed is taken away in another way."""

import threading
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection

from accounts.roles import Role
from distribution.actions import purchases
from distribution.actions.purchases import Goods
from distribution.models import Commodity, Purchase
from tests.distribution.payout import card_of, kpm, payment_of
from tests.factories import AgentFactory, PaymentFactory, PeriodFactory, UserFactory


def test_concurrent_tills_never_spend_more_than_the_credit(transactional_db):
    """Ten connections buy 100.000 each with a card of 600.000, at the same moment."""
    family = kpm()
    period = PeriodFactory(first_month=date(2021, 1, 1), last_month=date(2021, 3, 1))
    PaymentFactory(household=family, period=period, card_number=card_of(family), credited=True)
    agent = AgentFactory()
    users = [_till_user(agent) for _ in range(10)]
    start, sold, refused, broken = threading.Barrier(10), [], [], []

    def entry(number, user):
        try:
            start.wait(timeout=30)
            purchases.enter_purchase(
                by=user,
                card_number=card_of(family),
                goods=[Goods(Commodity.objects.get(name="Beras"), Decimal(1), 100_000)],
                number=f"KSR-{number}",
            )
            sold.append(number)
        except ValidationError as error:
            refused.append(str(error))
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=entry, args=pair) for pair in enumerate(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not broken
    assert (len(sold), len(refused)) == (6, 4)
    assert payment_of(family).balance == 0
    assert Purchase.objects.count() == 6


def _till_user(agent):
    user = UserFactory(role=Role.AGEN, regions=["62.03"])
    agent.cashiers.create(user=user)
    return type(user).objects.get(pk=user.pk)
