"""Does a model keep the rules: same seed, same run; another seed, another run; no order, no shared state?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mas_kit.checks import chance, copying, elsewhere, snapshot, trace
from mas_kit.checks.agent import RUNS
from mas_kit.checks.policy import GLOBAL, clock_failures, global_failures
from mas_kit.checks.probe import CHECKS, Probe
from mas_kit.checks.report import Failure, Report
from mas_kit.core import Agent, Model, ParameterError, UnknownNameError

SEEDED = "same seed, same run"
VARIES = "another seed, another run"
ORDER = "agents' order does not matter"
ALONE = "runs share nothing"

_TICKS = 20


def check_model(
    model: Callable[..., Model],
    *,
    ticks: int | None = None,
    seed: int = 1,
    raise_: bool = True,
    **params: Any,
) -> Report:
    """Check a model and all of its agents by running it a few times.

    Args:
        model: a Model class, or a function that makes a model and takes `seed`.
        ticks: length of the runs; without it 20, or the model's horizon if that is shorter.
        seed: seed of the first run.
        raise_: False returns the report in any case.
        params: the model's parameters, and whatever else it takes (policies, faults).

    A model with a person in it cannot run by itself: give another policy for that agent.

    Returns:
        The report; its `ok` says whether all held.

    Raises:
        ConformanceError: a rule is broken (unless `raise_` is False). ParameterError, UnknownNameError: a
        parameter that the model does not take. TypeError: an instance instead of the class.
    """
    if isinstance(model, Model):
        raise TypeError(
            "check_model makes several models of its own: give the class (and parameters), "
            f"check_model({type(model).__name__}), not a model"
        )
    report = Report(f"model {getattr(model, '__name__', repr(model))}")
    checker = _Checker(model, params, seed, ticks, report)
    try:
        checker.check()
    except (ParameterError, UnknownNameError):
        raise
    except Exception as error:
        what = f"it broke off with {type(error).__name__}: {error}"
        cause = "a slip in the code of the model or of one of its agents"
        fix = f"run it by itself and follow the traceback: {report.subject.removeprefix('model ')}(seed=1)"
        report.add(RUNS, [Failure(RUNS, what, cause, f"{fix}.run(10)")])
    finally:
        snapshot.forget()
    return report.settle(raise_)


class _Checker:
    """The runs of one check."""

    def __init__(
        self,
        model: Callable[..., Model],
        params: dict[str, Any],
        seed: int,
        ticks: int | None,
        report: Report,
    ) -> None:
        self.model, self.params, self.seed, self.report = model, params, seed, report
        self.ticks = ticks or _TICKS

    def make(self, seed: int) -> Model:
        return self.model(seed=seed, **self.params)

    def run(self, seed: int, luck: int = 1, prepare: Callable[[Model], None] | None = None) -> trace.Trace:
        with chance.global_state(luck):
            return trace.run(self.make, seed, self.ticks, prepare)

    def check(self) -> None:
        """All checks, one after the other."""
        with chance.global_state(1):
            model = self.make(self.seed)
        if model.people:
            names = ", ".join(agent.name for agent in model.people)
            for check in (RUNS, SEEDED, VARIES, ORDER, ALONE, GLOBAL, copying.COPIES, *CHECKS):
                self.report.skip(check, f"a person decides for {names}; give policies={{...}} instead")
            return
        self.kinds: set[type] = {type(model), *(type(a) for a in model.by_name.values())}
        self.kinds |= {type(a.policy) for a in model.by_name.values() if a.policy is not None}
        before = self.shared()
        with chance.global_state(1) as watch:
            first = trace.run(self.make, self.seed, self.ticks)
        self.left_behind = snapshot.changes(before, self.shared())
        self.report.add(RUNS, [])
        other = self.run(self.seed + 1)
        self.repeats(first)
        self.globals(first, watch)
        self.varies(first, other)
        self.order(model, first)
        self.elsewhere(first)
        if not any(self.report.failed(check) for check in (SEEDED, ALONE, GLOBAL, elsewhere.ELSEWHERE)):
            with chance.global_state(1):
                copying.check(self.make(self.seed), self.ticks, self.report)
        with chance.global_state(1):
            probe = Probe(self.make(self.seed))
            probe.run(self.ticks)
        probe.into(self.report)

    def shared(self) -> snapshot.Snapshot:
        """What runs have in common: class attributes and module globals."""
        return snapshot.take(snapshot.classwide(self.kinds))

    def look(self) -> chance.Sightings:
        """Who draws from where, in a short run."""
        with chance.global_state(1), chance.lookout() as sight:
            trace.run(self.make, self.seed, min(self.ticks, 5))
        return sight

    def repeats(self, first: trace.Trace) -> None:
        """The first run again, after one with another seed."""
        again = self.run(self.seed)
        told = trace.difference(first, again)
        if not told:
            self.report.add(SEEDED, [])
            self.report.add(ALONE, [])
            return
        if self.left_behind:
            failure = Failure(
                ALONE,
                f"a run came out differently after another one; first in {told}",
                f"a run leaves something behind: {'; '.join(self.left_behind)}",
                "a list or a counter in the class body or the module belongs to all runs: "
                "set it in build() or __init__ (self.items = [])",
            )
            self.report.add(ALONE, [failure])
            return
        sight = self.look()
        where = "; ".join([*sight.drew, *sight.made, *sight.asked])
        failure = Failure(
            SEEDED,
            f"two runs with seed {self.seed} differ; first in {told}",
            f"chance from elsewhere, or a clock: {where}"
            if where
            else "a generator without a seed, a clock, id() or hash(), or a set whose order decides",
            "draw from self.rng (an agent), the rng of decide, or model.stream('name'); sort sets",
        )
        self.report.add(SEEDED, [failure])

    def globals(self, first: trace.Trace, watch: chance.Watch) -> None:
        """The first run again, with the global generators elsewhere."""
        settled = not (self.report.failed(SEEDED) or self.report.failed(ALONE))
        depends = settled and bool(trace.difference(first, self.run(self.seed, luck=2)))
        sight = self.look()
        self.report.add(GLOBAL, global_failures(watch.used, depends, sight))
        if settled:
            self.report.add(SEEDED, clock_failures(SEEDED, sight))

    def elsewhere(self, first: trace.Trace) -> None:
        """The first run again in another process, where the model's code could make a difference of it."""
        where = elsewhere.suspects([*self.kinds, self.model])
        if not where or any(self.report.failed(check) for check in (SEEDED, ALONE, GLOBAL)):
            return
        make = partial(_make, self.model, self.params)
        try:
            other = elsewhere.ask(partial(elsewhere.run, make, self.seed, self.ticks))
        except Exception as error:
            self.report.skip(elsewhere.ELSEWHERE, f"it could not be sent there: {error}")
            return
        told = trace.difference(first, other)
        self.report.add(elsewhere.ELSEWHERE, [elsewhere.failure(told, where)] if told else [])

    def varies(self, first: trace.Trace, other: trace.Trace) -> None:
        """Runs with other seeds, and with streams that start extreme, differ if anything is drawn."""
        if any(self.report.failed(check) for check in (SEEDED, ALONE)):
            self.report.skip(VARIES, "runs with one seed differ already")
            return
        if trace.difference(first, other):
            self.report.add(VARIES, [])
            return
        sight = self.look()
        if not first.drawn and not sight.made and not sight.drew:
            self.report.skip(VARIES, "the model draws nothing: it is deterministic in this setting")
            return
        for i in range(3):
            if trace.difference(first, self.run(self.seed + 2 + i)):
                break
            if trace.difference(first, self.run(self.seed, prepare=_rig(i))):
                break
        else:
            self._all_alike(first, sight)
            return
        self.report.add(VARIES, [])

    def _all_alike(self, first: trace.Trace, sight: chance.Sightings) -> None:
        """A generator of its own is a fault; what is drawn for nothing may be so in this setting only."""
        alike = f"runs with seeds {self.seed} to {self.seed + 4} are all the same"
        own = [*sight.made, *sight.drew]
        if own:
            cause = f"a generator with a seed of its own: {own[0]}"
            fix = "draw from self.rng, the rng of decide, or model.stream('name'), which grow from its seed"
            self.report.add(VARIES, [Failure(VARIES, f"{alike}, although chance is at work", cause, fix)])
            return
        streams = ", ".join(first.drawn[:3])
        why = "right where a parameter keeps chance out (noise=0); else a draw that is not used"
        self.report.skip(VARIES, f"{alike}, although the streams {streams} are drawn from: {why}")

    def order(self, model: Model, first: trace.Trace) -> None:
        """The first run again, with the agents in other orders."""
        if model.activation != "simultaneous":
            self.report.skip(ORDER, f"the model declares that agents take turns ({model.activation!r})")
            return
        if any(self.report.failed(check) for check in (SEEDED, ALONE, GLOBAL)):
            self.report.skip(ORDER, "runs with one seed differ already")
            return
        for shuffle in (_backwards, _rotated):
            told = trace.difference(first, self.run(self.seed, prepare=shuffle), shuffled=True)
            if told:
                failure = Failure(
                    ORDER,
                    f"with the agents in another order the run differs; first in {told}",
                    "an agent's act() changes what another one's act() reads in the same tick, or the order "
                    "in which messages arrive decides (the first in the inbox wins)",
                    "let act() only send or note a wish that world() settles for all; choose from the inbox "
                    "by content, with ties by name; or declare activation = 'random' or 'in order'",
                )
                self.report.add(ORDER, [failure])
                return
        self.report.add(ORDER, [])


def _make(model: Callable[..., Model], params: dict[str, Any], seed: int) -> Model:
    return model(seed=seed, **params)


def _reorder(model: Model, agents: list[Agent]) -> None:
    """In place: the model's roster also finds who is in a population, which another dict would not."""
    model.by_name.clear()
    model.by_name.update({agent.name: agent for agent in agents})


def _backwards(model: Model) -> None:
    _reorder(model, list(model.by_name.values())[::-1])


def _rotated(model: Model) -> None:
    agents = list(model.by_name.values())
    half = len(agents) // 2
    _reorder(model, agents[half:] + agents[:half])


def _rig(i: int) -> Callable[[Model], None]:
    """Put streams with an extreme first draw in the place of those that the agents have not used yet."""

    def rig(model: Model) -> None:
        for number, agent in enumerate(model.by_name.values()):
            stream = chance.rigged(100 * i + number, high=i % 2 == 1)
            agent.rng.bit_generator.state = stream.bit_generator.state

    return rig
