"""Players of the laboratory game: what they see, how they learn, and what comes of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mas_kit.checks import check_model, check_policy
from mas_kit.core.errors import ParameterError
from mas_kit.experiments import reproduce
from mas_kit.usecases.traffic import experiments_lab
from mas_kit.usecases.traffic.lab_game import MAIN, SIDE, LabGame, PayoffSums, RoundPercept


def see(road=MAIN, payoff=10.0, usual=8.0, other=math.nan, memory=((10.0, 20.0, 30.0, 40.0), 2)):
    return RoundPercept(5, road, payoff, usual, other, memory)


def test_what_a_way_earns_is_added_to_its_sum_and_a_loss_to_the_others():
    policy = PayoffSums()
    assert policy.sums(see(memory=None)) == (10, 10, 10, 10)
    assert policy.sums(see(payoff=7.0)) == (10, 20, 37, 40)
    assert policy.sums(see(payoff=-3.0)) == (13, 23, 30, 43)


@pytest.mark.parametrize(
    ("percept", "direct"),
    [
        (see(payoff=8.0), MAIN),  # as good as usual: stay
        (see(payoff=7.0), SIDE),
        (see(payoff=7.0, other=6.0), MAIN),  # who is told the other road compares with that
        (see(payoff=9.0, other=10.0), SIDE),
        (see(road=SIDE, payoff=7.0), MAIN),
    ],
)
def test_the_direct_response_leaves_a_bad_payoff_and_the_contrary_one_a_good_one(percept, direct):
    policy = PayoffSums()
    assert [policy.road(percept, way) for way in range(4)] == [MAIN, SIDE, direct, 1 - direct]


def test_ways_are_drawn_in_proportion_to_their_sums():
    rng = np.random.default_rng(1)
    drawn = [PayoffSums().decide(see(payoff=0.0), rng).memory[1] for _ in range(4000)]
    counts = np.bincount(drawn, minlength=4)
    expected = 4000 * np.array([0.1, 0.2, 0.3, 0.4])
    assert (np.abs(counts - expected) < 4 * np.sqrt(expected)).all()


def test_it_is_a_proper_policy_and_explains_itself():
    policy = PayoffSums()
    first = see(road=-1, payoff=math.nan, usual=math.nan, memory=None)
    check_policy(policy, [see(), see(payoff=-2.0), see(other=12.0), first])
    decision = policy.decide(see(), np.random.default_rng(2))
    said = policy.explain(see(), decision)
    assert "payoffs" in said.reason
    assert sum(option.score for option in said.options) == pytest.approx(1)


@pytest.mark.parametrize("told", ["own road", "both roads"])
def test_players_see_their_own_road_and_the_other_only_in_the_second_treatment(told):
    model = LabGame(seed=3, told=told).run(4)
    pays = model.pays
    roads = [player.road for player in model.players]
    side = roads.count(SIDE)
    assert pays == (40 - 6 - 2 * (18 - side), 40 - 12 - 3 * side)
    model.run(1)
    for player, road in zip(model.players, roads, strict=True):
        assert (player.percept.road, player.percept.payoff) == (road, pays[road])
        assert math.isnan(player.percept.other) == (told == "own road")
        if told == "both roads":
            assert player.percept.other == pays[1 - road]


def test_players_who_cannot_learn_are_coins():
    """With sums that no payoff moves, half the ways lead to each road: 18 coins, sd sqrt(18) / 2."""
    found = [LabGame(seed=s, start=10_000, worth=0, rounds=100).run().metrics() for s in range(8)]
    side, sd = (np.array([one[name] for one in found]) for name in ("mean side road", "sd"))
    assert abs(side.mean() - 9) < 4 * math.sqrt(18) / 2 / math.sqrt(800) + 0.05
    assert abs(sd.mean() - math.sqrt(18) / 2) < 4 * sd.std(ddof=1) / math.sqrt(8)


def test_what_people_did_and_what_they_did_not_do_alike_comes_out():
    report = reproduce(experiments_lab.EXPERIMENTS, workers=1, progress=False)
    assert report.holds, report.frame[["quantity", "published", "ours", "verdict"]].to_string()


def test_what_it_refuses():
    with pytest.raises(ParameterError, match="start"):
        PayoffSums(0)
    with pytest.raises(ParameterError, match="'action' is 2"):
        LabGame(seed=1, policies={"player 3": lambda seen: 2}).run(1)
    with pytest.raises(ParameterError, match="told"):
        LabGame(told="nothing")


def test_it_keeps_the_rules_of_the_kit():
    check_model(LabGame, rounds=6, told="own road")
