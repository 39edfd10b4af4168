"""The game of two roads as it was played in the laboratory, by players who learn from payoff sums.

The world "lab game" has travellers who follow the news; here are players with the ways of choosing that
were seen in the laboratory. Source of the game, of the two treatments and of the ways of choosing: Selten,
Schreckenberg, Pitz, Chmura and Kube (2003), CESifo Working Paper 900; published as Selten, Chmura, Pitz, Kube
and Schreckenberg (2007), Games and Economic Behavior 58(2), 394-406.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from mas_kit.core import Agent, Decision, Explanation, Model, Option, Parameters, Policy, parameter
from mas_kit.core.errors import out_of_range
from mas_kit.usecases.traffic.network import lab_game

MAIN, SIDE = 0, 1
ROADS = ("main road", "side road")
WAYS = (*ROADS, "direct response", "contrary response")
_DIRECT = 2


class LabParameters(Parameters):
    """Parameters of `LabGame`."""

    rounds: int = parameter(200, ge=2, le=10_000, unit="rounds", help="length of the session")
    players: int = parameter(18, ge=2, le=1000, help="how many choose a road in each round")
    told: Literal["own road", "both roads"] = parameter(
        "both roads", help="whose travel time a player is told after a round"
    )
    worth: float = parameter(
        40.0, ge=0, le=1000, unit="min", help="a trip pays this, less the time that it takes"
    )
    start: float = parameter(
        10.0, ge=0.01, le=10_000, help="each way's payoff sum at first: as if it had been tried and paid this"
    )


class RoundPercept(NamedTuple):
    """What a player knows before a round: of its own last trip, and the other road's if it was told."""

    time: int
    road: int  # that it took in the last round: 0 main, 1 side; -1 before the first
    payoff: float  # of that trip
    usual: float  # the median of all its payoffs so far
    other: float  # what the other road paid in the last round; NaN: not told
    memory: Any


class PayoffSums(Policy):
    """Take a way of choosing with a probability proportional to what it has earned so far.

    Two ways always take the same road. The *direct response* stays after a good payoff and changes after a
    bad one, the *contrary response* does the opposite. A payoff is good if it is not below the other road's,
    or, for who was not told that, not below the median of one's own. What a way earns is added to its sum; a
    loss is added to the sums of all others, so that none falls (a convention of ours).

    Source: the response modes and the extended payoff sum model of Selten and others (2003), of which we know
    the description; sums at the start, the worth of a trip and what is good are ours.

    Args:
        start: every way's payoff sum before the first round, above 0.

    Raises:
        ParameterError: a sum that is not above 0.
    """

    name = "payoff sums"

    def __init__(self, start: float = 10.0) -> None:
        if not start > 0:
            raise out_of_range("start", start, "above 0", "give what a trip pays in equilibrium, as 10")
        self.start = start

    def sums(self, percept: RoundPercept) -> tuple[float, ...]:
        """The sum of each of `WAYS`, the last round's payoff included."""
        if percept.memory is None:
            return (self.start,) * len(WAYS)
        sums, used = percept.memory
        gain = max(percept.payoff, 0.0)
        loss = max(-percept.payoff, 0.0)
        return tuple(earned + (gain if way == used else loss) for way, earned in enumerate(sums))

    def decide(self, percept: RoundPercept, rng: np.random.Generator) -> Decision:
        """Draw a way, and go it."""
        sums = self.sums(percept)
        left, way = rng.random() * sum(sums), 0
        while way < len(WAYS) - 1 and left >= sums[way]:
            left -= sums[way]
            way += 1
        if percept.road < 0 and way >= _DIRECT:  # nothing to respond to yet
            way = MAIN if rng.random() < 0.5 else SIDE
        return Decision(self.road(percept, way), (sums, way))

    def road(self, percept: RoundPercept, way: int) -> int:
        """Where a way leads after the last round."""
        if way < _DIRECT:
            return way
        stays = _good(percept) == (way == _DIRECT)
        return percept.road if stays else 1 - percept.road

    def explain(self, percept: RoundPercept, decision: Decision) -> Explanation:
        """Which way was drawn, and the share of each."""
        sums, way = decision.memory
        options = tuple(Option(name, earned / sum(sums)) for name, earned in zip(WAYS, sums, strict=True))
        reason = f"it drew {WAYS[way]!r}, which had {sums[way] / sum(sums):.0%} of all payoffs"
        if way >= _DIRECT:
            reason += f", after a {'good' if _good(percept) else 'bad'} one of {percept.payoff:g}"
        return Explanation(ROADS[decision.action], reason, options)


def _good(percept: RoundPercept) -> bool:
    return percept.payoff >= (percept.usual if math.isnan(percept.other) else percept.other)


class Player(Agent):
    """One of those who choose a road in each round. It acts by taking road 0 (main) or 1 (side)."""

    model: LabGame

    def __init__(self, model: LabGame, name: str, policy: Policy) -> None:
        super().__init__(model, name, policy)
        self.road, self.changes, self.earned = -1, 0, 0.0
        self.payoffs: list[float] = []  # in rising order

    def perceive(self) -> RoundPercept:
        """Its own last trip, and the other road's time if this treatment tells it."""
        game, road = self.model, self.road
        if road < 0:
            return RoundPercept(game.tick, road, math.nan, math.nan, math.nan, self.memory)
        middle = len(self.payoffs)
        usual = (self.payoffs[(middle - 1) // 2] + self.payoffs[middle // 2]) / 2
        other = game.pays[1 - road] if game.p.told == "both roads" else math.nan
        return RoundPercept(game.tick, road, game.pays[road], usual, other, self.memory)

    def act(self, action: int) -> None:
        """Take a road."""
        if action not in (MAIN, SIDE):
            raise out_of_range("action", action, "0 (main road) or 1 (side road)", "return a road")
        self.changes += self.road >= 0 and action != self.road
        self.road = action

    def paid(self, payoff: float) -> None:
        """What the trip was worth."""
        self.earned += payoff
        insort(self.payoffs, payoff)


class LabGame(Model):
    """Players who choose between a main road (6 + 2n minutes) and a side road (12 + 3n), round after round.

    With `told="own road"` it is the first treatment of the laboratory, with "both roads" the second.
    """

    Parameters = LabParameters
    activation = "simultaneous"
    p: LabParameters

    def build(self) -> None:
        """The roads and the players."""
        self.network = lab_game(self.p.players)
        self.pays = (math.nan, math.nan)  # what a trip on each road was worth in the last round
        self.players = [
            Player(self, f"player {i + 1}", PayoffSums(self.p.start)) for i in range(self.p.players)
        ]
        self.on_side: list[int] = []  # players on the side road, round by round

    @property
    def horizon(self) -> int:
        """The last round."""
        return self.p.rounds

    def world(self) -> None:
        """The roads fill, and every trip is paid."""
        main = sum(player.road == MAIN for player in self.players)
        times = self.network.time(np.array([main, len(self.players) - main], float))
        self.pays = (self.p.worth - float(times[MAIN]), self.p.worth - float(times[SIDE]))
        self.on_side.append(len(self.players) - main)
        for player in self.players:
            player.paid(self.pays[player.road])

    def observe(self) -> Mapping[str, Any]:
        """How many are on the side road, what a trip on each road pays, and changes of road so far."""
        return {
            "on the side road": self.on_side[-1],
            "main road pays": self.pays[MAIN],
            "side road pays": self.pays[SIDE],
            "changes": sum(player.changes for player in self.players),
        }

    def metrics(self) -> dict[str, float]:
        """Over the session: mean and standard deviation of who is on the side road, the latter also late.

        `late sd` is of the second half; `changes` are changes of road a round, of all players together;
        `correlation` is that of a player's changes with its payoffs (NaN where nobody differs).
        """
        if not self.on_side:
            return {}
        side = np.array(self.on_side)
        changes = np.array([player.changes for player in self.players], float)
        earned = np.array([player.earned for player in self.players])
        differ = changes.std() > 0 and earned.std() > 0
        return {
            "mean side road": float(side.mean()),
            "sd": float(side.std()),
            "late sd": float(side[len(side) // 2 :].std()),
            "changes": float(changes.sum()) / len(side),
            "correlation": float(np.corrcoef(changes, earned)[0, 1]) if differ else math.nan,
        }
