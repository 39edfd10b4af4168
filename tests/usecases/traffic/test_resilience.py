"""Troubles in Sioux Falls: they are brought about as declared, and measured as they say."""

from __future__ import annotations

import numpy as np
import pytest

from mas_kit.usecases.traffic import resilience
from mas_kit.usecases.traffic.resilience import START, TWENTY, study, town


@pytest.mark.parametrize("trouble", study.labels)
def test_every_trouble_begins_on_its_day(trouble):
    """With a few days less, so that it costs little; who ignores the news does so from the start."""
    days = START + 2
    hurt = town(seed=1, who="a third a day", trouble=trouble, days=days).run()
    calm = town(seed=1, who="a third a day", days=days).run()
    times = [[row["tstt"] for row in model.history] for model in (hurt, calm)]
    same = [a == b for a, b in zip(*times, strict=True)]
    if trouble == "none":
        assert all(same)
    elif "ignore" in trouble:
        assert not all(same[:5])
    else:
        assert all(same[: START - 1])
        assert not all(same[START - 1 :])


def test_a_closure_is_over_after_twenty_days_and_so_it_is_measured():
    model = town(seed=2, who="a twentieth a day", trouble="16-10 closed").run()
    calm = town(seed=2, who="a twentieth a day").run()
    ratio = np.array([row["tstt over so"] for row in model.history])
    there = np.array([row["tstt over so"] for row in calm.history])
    away = np.flatnonzero(np.abs(ratio - there) > 0.0104)
    assert resilience.days_to_return(model) == max(0, away[-1] + 2 - TWENTY)
    assert resilience.worst_day(model) == ratio[START - 1 :].max() > 1.2
    assert resilience.cost_in_trouble(model) == pytest.approx(ratio[START - 1 :].mean())
    assert resilience.days_to_return(calm) == 0


def test_nobody_who_hears_the_news_is_the_lone_agent():
    model = town(seed=3, who=resilience.LONE, days=5).run()
    assert model.populations["traveller"]["keeps"].all()
    assert model.history[0]["tstt"] == model.history[-1]["tstt"]
