"""A budget as it is seen, and answers that say something of it."""

from dataclasses import replace

from tests.ledger.stage import ACME, Stage, created
from worker.domain.outcome import BudgetNews, Created
from worker.domain.request import Tier
from worker.ledger import budgets
from worker.policy import pacing


def view(bridge: Stage, organization: str = ACME, tier: Tier = Tier.AI) -> pacing.Budget:
    return bridge.ask(budgets.view, organization, tier, bridge.clock.now)


def saying(**news: object) -> Created:
    return replace(created(), news=BudgetNews(**news))
