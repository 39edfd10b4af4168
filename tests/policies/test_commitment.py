"""Commitment and reconsideration: by their definitions in a corridor, and measured in the Tileworld."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

from mas_kit.policies import BDI, Act, Desire, Plan
from tests.policies.seen import stream, z_of
from tests.policies.tileworld import Tileworld, hole_filler

LENGTH = 5  # where the parcel lies; the agent starts at 0


class Corridor(NamedTuple):
    at: int
    there: bool  # the parcel lies where it should
    ordered: bool  # somebody still wants it
    has: bool
    coins: tuple[int, ...] = ()  # what lies here to be picked up, and is worth more
    memory: Any = None


def courier(**settings: Any) -> BDI:
    return BDI(
        {name: name for name in ("at", "there", "ordered", "has", "coins")},
        [
            Desire("coin", wanted=lambda b: b["coins"], worth=lambda b, value: value),
            Desire(
                "fetch",
                wanted=lambda b: b["ordered"],
                worth=lambda b: 1,
                achieved=lambda b: b["has"],
                possible=lambda b: b["there"],
            ),
        ],
        [
            Plan("walk and take", "fetch", [Act("walk", until=lambda b: b["at"] == LENGTH), "take"]),
            Plan("pick up", "coin", [lambda b, value: f"coin {value}"]),
        ],
        idle="rest",
        **settings,
    )


def live(policy: BDI, ticks: int = 9, **from_time_on: tuple[int, Any]) -> list[str]:
    """What it does, tick by tick, in a corridor where each named fact changes at a time."""
    at, has, memory, done = 0, False, None, []
    for time in range(ticks):
        facts = {"there": True, "ordered": True, "coins": ()}
        facts |= {name: value for name, (since, value) in from_time_on.items() if time >= since}
        action, memory = policy.decide(Corridor(at=at, has=has, memory=memory, **facts), stream())
        at += action == "walk"
        has = has or (action == "take" and facts["there"])
        done.append(action)
    return done


COMMITMENTS = ("blind", "single-minded", "open-minded")


@pytest.mark.parametrize("commitment", COMMITMENTS)
def test_all_three_end_when_the_goal_is_achieved(commitment):
    assert live(courier(commitment=commitment)) == ["walk"] * 5 + ["take"] + ["rest"] * 3


@pytest.mark.parametrize(("commitment", "gives_up"), [("blind", 0), ("single-minded", 1), ("open-minded", 1)])
def test_a_goal_that_becomes_impossible(commitment, gives_up):
    """The parcel vanishes at time 2. Blind commitment walks on and grasps at nothing for ever."""
    goes_on = ["walk"] * 5 + ["take"] * 4
    stops = ["walk"] * 2 + ["rest"] * 7
    assert live(courier(commitment=commitment), there=(2, False)) == (stops if gives_up else goes_on)


@pytest.mark.parametrize(("commitment", "gives_up"), [("blind", 0), ("single-minded", 0), ("open-minded", 1)])
def test_a_goal_that_is_no_longer_wanted(commitment, gives_up):
    """The order is withdrawn at time 2, with the parcel in its place. Only open minds let go."""
    goes_on = ["walk"] * 5 + ["take"] + ["rest"] * 3
    stops = ["walk"] * 2 + ["rest"] * 7
    assert live(courier(commitment=commitment), ordered=(2, False)) == (stops if gives_up else goes_on)


@pytest.mark.parametrize(
    ("reconsider", "first_coin"),
    [
        ("bold", 6),
        ("cautious", 2),
        (1, 2),
        (3, 3),
        (4, 4),
        (lambda b: bool(b["coins"]), 2),
        (lambda b, about: b["at"] == 4, 4),
    ],
)
def test_reconsideration_decides_when_a_better_goal_is_seen(reconsider, first_coin):
    """A coin worth more than the parcel can be had from time 2 on."""
    done = live(courier(reconsider=reconsider), coins=(2, (7,)))
    assert done.index("coin 7") == first_coin


def test_a_lesser_goal_or_an_equal_one_changes_nothing():
    for value in (0.5, 1):  # the coin is the desire listed first, but the current goal wins ties
        done = live(courier(reconsider="cautious"), coins=(2, (value,)))
        assert done[:6] == ["walk"] * 5 + ["take"]


def test_blind_commitment_outlasts_reconsideration():
    done = live(courier(commitment="blind", reconsider="cautious"), coins=(2, (7,)))
    assert done[:7] == ["walk"] * 5 + ["take", "coin 7"]


def test_thinking_at_every_step_leaves_time_for_nothing_else():
    done = live(courier(reconsider="cautious", thinking=1), ticks=8)
    assert done == ["rest", "walk"] * 4


def test_a_reason_that_always_holds_does_not_think_for_ever():
    assert live(courier(reconsider=lambda b: True, thinking=1), ticks=8) == ["rest", "walk"] * 4


# ---- measured, as by Kinny and Georgeff (1991): the share of all offered worth that the agent gets

SEEDS = range(12)


def efficiency(life: float, **settings: Any) -> np.ndarray:
    """One run for each seed; the worlds are the same whatever the policy is."""
    filler = hole_filler(**settings)
    runs = [Tileworld(seed=seed, life=life, ticks=300, policies={"filler": filler}).run() for seed in SEEDS]
    return np.array([run.efficiency for run in runs])


@pytest.fixture(scope="module")
def measured():
    bold, cautious = {"reconsider": "bold"}, {"reconsider": "cautious"}
    return {
        "fast, free, bold": efficiency(5, **bold),
        "fast, free, cautious": efficiency(5, **cautious),
        "fast, free, blind": efficiency(5, commitment="blind"),
        "middle, free, bold": efficiency(20, **bold),
        "slow, free, bold": efficiency(200, **bold),
        "slow, free, cautious": efficiency(200, **cautious),
        "fast, dear, bold": efficiency(10, thinking=2, **bold),
        "fast, dear, every 3": efficiency(10, thinking=2, reconsider=3),
        "fast, dear, cautious": efficiency(10, thinking=2, **cautious),
    }


def test_efficiency_falls_as_the_world_speeds_up(measured):
    for fast, slow in pairwise(("fast, free, bold", "middle, free, bold", "slow, free, bold")):
        assert measured[fast].mean() < measured[slow].mean()
    assert z_of(measured["middle, free, bold"] - measured["fast, free, bold"]) > 3.5


def test_where_thinking_is_free_caution_pays_in_a_fast_world_and_not_in_a_slow_one(measured):
    assert z_of(measured["fast, free, cautious"] - measured["fast, free, bold"]) > 3.5
    slow = measured["slow, free, cautious"] - measured["slow, free, bold"]
    assert abs(slow.mean()) <= 0.01


def test_where_thinking_is_dear_boldness_pays_the_more_the_bolder(measured):
    bold, some, cautious = (measured[f"fast, dear, {how}"] for how in ("bold", "every 3", "cautious"))
    assert z_of(bold - some) > 3.5
    assert z_of(some - cautious) > 3.5


def test_blind_commitment_is_the_worst_in_a_fast_world(measured):
    assert z_of(measured["fast, free, bold"] - measured["fast, free, blind"]) > 3.5
