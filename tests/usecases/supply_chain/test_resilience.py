"""Troubles, recovery and what is left of the gain: by hand, and in single runs that show why."""

from __future__ import annotations

import pandas as pd
import pytest

from mas_kit.core.errors import UnknownNameError
from mas_kit.experiments import run
from mas_kit.usecases.supply_chain import resilience
from mas_kit.usecases.supply_chain.model import STAGES, SupplyChain
from mas_kit.usecases.supply_chain.resilience import (
    START,
    WEEKS,
    came_back,
    chain,
    gain_left,
    labels,
    resilience_curve,
    shared,
    weeks_to_recover,
    worth_left,
)


def frame_of(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["who", "trouble", "cost per week", "weeks_to_recover"])
    table["replicate"] = table.groupby(["who", "trouble"]).cumcount()
    return table


def test_gain_left_by_hand():
    """Alone 30, together 20, together in trouble 26: 4 of the 10 are left."""
    table = frame_of(
        [
            ("base stock", "none", 29, 0),
            ("base stock", "none", 31, 0),
            ("planner", "none", 19, 0),
            ("planner", "none", 21, 0),
            ("planner", "flood", 25, 3),
            ("planner", "flood", 27, 90),
            ("planner", "war", 30, 99),
            ("planner", "war", 36, 100),
        ]
    )
    assert gain_left(table, "none") == (1.0, 0.0)
    assert gain_left(table, "flood") == (pytest.approx(0.4), pytest.approx(0.0))
    ratio, error = gain_left(table, "war")
    assert ratio == pytest.approx(-0.3)
    assert error == pytest.approx(0.2)  # the gains left are -1 and -5 of 10: half their distance, over 10
    assert came_back(table, "flood") == (1.0, 0.0)
    assert came_back(table, "war")[0] == 0.5


def test_worth_left_by_hand():
    rows = [
        ("normal", news, cost) for news, cost in (("none", 50), ("none", 60), ("fresh", 40), ("fresh", 40))
    ]
    rows += [("normal", "old", 45), ("normal", "old", 45)]
    table = pd.DataFrame(rows, columns=["demand", "news", "cost per week"])
    table["replicate"] = table.groupby("news").cumcount()
    assert worth_left(table, "normal")[0] == pytest.approx(10 / 15)


def test_no_trouble_is_the_stationary_game():
    calm = chain(seed=5).run()
    settings = {"weeks": WEEKS, "warmup": START - 11, "start_flow": 8, "start_stock": 20}
    assert calm.history == SupplyChain.oracle("stationary", seed=5, **settings).run().history
    assert weeks_to_recover(calm) == 0


def test_orders_that_can_be_repeated_cost_nothing_while_none_is_lost():
    assert chain(seed=5, retry=resilience.RETRY).run().history == chain(seed=5).run().history


@pytest.mark.parametrize("trouble", labels)
def test_nothing_happens_before_it_begins(trouble):
    troubled, calm = chain(seed=6, trouble=trouble).run(), chain(seed=6).run()
    assert troubled.history[: START - 1] == calm.history[: START - 1]
    assert (troubled.history == calm.history) == (trouble == "none")


def test_an_outage_ends_when_the_pipeline_has_filled_again():
    """Down 4 weeks; then mail 2, production 3 and three journeys of 2 weeks until the shop is served."""
    model = chain(seed=1, trouble="distributor down 4").run()
    calm = chain(seed=1).run()
    assert weeks_to_recover(model) == 4 + 2 + 3 + 3 * 2
    net = [row["distributor.inventory"] - row["distributor.backlog"] for row in model.history]
    net_calm = [row["distributor.inventory"] - row["distributor.backlog"] for row in calm.history]
    assert net[-50:] == net_calm[-50:]


def test_a_lost_order_is_missed_for_good_unless_it_is_repeated():
    """Its sender counts it as on order for ever: a phantom supply line."""
    lost = chain(seed=1, trouble="orders lost 0.4").run()
    assert weeks_to_recover(lost) == WEEKS - START + 1
    repeated = chain(seed=1, trouble="orders lost, repeated 0.4").run()
    assert weeks_to_recover(repeated) < 40
    calm = chain(seed=1).run()
    for stage in STAGES:
        assert repeated.agent(stage).supply_line == calm.agent(stage).supply_line
        assert repeated.agent(stage).on_hand == calm.agent(stage).on_hand
    assert sum(lost.agent(stage).supply_line for stage in STAGES) > sum(
        calm.agent(stage).supply_line for stage in STAGES
    )


def test_a_shock_multiplies_what_customers_ask_for_in_four_weeks():
    shocked, calm = chain(seed=2, trouble="demand shock 2").run(), chain(seed=2).run()
    factors = {
        row["time"]: row["retailer.demand"] / other["retailer.demand"]
        for row, other in zip(shocked.history, calm.history, strict=True)
        if other["retailer.demand"]
    }
    assert {week for week, factor in factors.items() if factor != 1} == set(range(START, START + 4))
    assert all(factors[week] == 2 for week in range(START, START + 4))


def test_old_news_is_old():
    fresh, old = (shared(seed=3, news=news, demand="ar1", record=True).run() for news in ("fresh", "old"))
    demand = [row["retailer.demand"] for row in fresh.history]
    assert fresh.agent("factory").pos == demand[-1 - 3]
    assert old.agent("factory").pos == demand[-1 - 3 * 5]
    assert shared(seed=3, news="none", demand="ar1").run().agent("factory").pos is None


def test_curve():
    experiment = resilience.troubles
    results = run(experiment, seeds=2, workers=2, progress=False)
    curve = resilience_curve(results.frame)
    assert set(curve["family"]) == set(resilience.TROUBLES)
    for _, part in curve.groupby("family"):
        assert part["gain left"].iloc[0] == 1
        assert part["severity"].is_monotonic_increasing
        assert part["gain left"].iloc[-1] < part["gain left"].iloc[0]
    assert curve["unit"].notna().all()


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="distributor down 4"):
        chain(seed=1, trouble="distributor down 3")
    with pytest.raises(UnknownNameError, match="fresh"):
        shared(seed=1, news="frsh")
