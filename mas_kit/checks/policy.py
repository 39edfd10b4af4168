"""Does a policy keep the rules: pure, chance from its stream only, nothing remembered on the side?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from mas_kit.checks import chance, elsewhere, purity, trace
from mas_kit.checks.percept import CHANCE, walk
from mas_kit.checks.report import Failure, Report
from mas_kit.core import Decision, Explanation, Policy
from mas_kit.core.policy import FunctionPolicy, as_policy

DECIDES = "decides"
REPEATS = "same percept and stream, same decision"
SEEDED = "chance comes from the given stream"
GLOBAL = "leaves global random state alone"
EXPLAINS = "explains itself"


def check_policy(
    policy: Policy | type[Policy] | Callable[..., Any],
    percept: Any,
    *,
    seed: int = 1,
    raise_: bool = True,
) -> Report:
    """Check a policy on one percept, or on each of a list of percepts.

    Args:
        policy: a Policy, its class, or a function of (percept) or (percept, rng).
        percept: what to decide on. A list counts as several percepts, anything else as one.
        seed: seed of the streams that the policy is given.
        raise_: False returns the report in any case.

    Returns:
        The report; its `ok` says whether all held.

    Raises:
        ConformanceError: a rule is broken (unless `raise_` is False). ParameterError: not a policy at all.

    >>> print(check_policy(lambda stock: max(0, 12 - stock), [0, 4, 20]))
    policy <lambda> conforms
    ✓ decides
    ✓ decide changes nothing
    ✓ same percept and stream, same decision
    ✓ leaves global random state alone
    ✓ chance comes from the given stream
    ✓ explains itself
    """
    checked = as_policy(policy)
    report = Report(f"policy {checked.name or type(checked).__name__}")
    if checked.is_person:
        report.skip(DECIDES, "a person decides")
        return report
    percepts = list(percept) if isinstance(percept, list | Iterator) else [percept]
    used: set[str] = set()
    decisions = _decide(checked, percepts, seed, used, report)
    if decisions is not None:
        _repeats(checked, percepts, decisions, seed, report)
        _global(checked, percepts, seed, used, report)
        _seeded(checked, percepts, seed, report)
        _elsewhere(checked, percepts, decisions, seed, report)
        _explains(checked, percepts, decisions, report)
    return report.settle(raise_)


def _stream(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _decide(
    policy: Policy, percepts: list[Any], seed: int, used: set[str], report: Report
) -> list[Any] | None:
    """Decide on each percept, and see that nothing changes by it. Notes the global generators used."""
    decisions, impure = [], []
    elsewhere = purity.kept_elsewhere(policy)
    for at, percept in enumerate(percepts):
        rng = _stream(seed + at)
        roots = {"percept": percept, "policy": policy, **elsewhere}
        left_out = purity.leave_out_of_policy(rng)
        try:
            decide = partial(policy.decide, percept, rng)
            with chance.global_state(1) as watch:
                decision, found = purity.guarded(report.subject, roots, decide, left_out)
        except Exception as error:
            what = f"decide({_short(percept)}, rng) raised {type(error).__name__}: {error}"
            cause = "the percept lacks a field that the policy reads, or the policy has a slip"
            report.add(DECIDES, [Failure(DECIDES, what, cause, "give a percept of the kind that it expects")])
            return None
        decisions.append(decision)
        impure += found
        used.update(watch.used)
    report.add(DECIDES, [])
    report.add(purity.PURE, impure[:1])
    return decisions


def _again(policy: Policy, percepts: list[Any], seed: int) -> list[Any]:
    return [policy.decide(percept, _stream(seed + at)) for at, percept in enumerate(percepts)]


def _repeats(policy: Policy, percepts: list[Any], first: list[Any], seed: int, report: Report) -> None:
    """Backwards as well, so that what a policy remembers on the side shows."""
    again = {}
    for at in reversed(range(len(percepts))):
        with chance.global_state(1):
            again[at] = policy.decide(percepts[at], _stream(seed + at))
    for at, decision in enumerate(first):
        if trace.same(decision, again[at], shuffled=False):
            continue
        sight = _look(policy, percepts, seed)
        unseeded = "; ".join([*sight.drew, *sight.made])
        what = f"on {_short(percepts[at])} it decided {_short(decision)}, and then {_short(again[at])}"
        if unseeded:
            cause, fix = f"chance from elsewhere: {unseeded}", "draw from the rng that decide is given"
        elif report.failed(purity.PURE):
            cause, fix = (
                "it remembers earlier decisions on the side",
                "return Decision(action, memory=...) and read percept.memory",
            )
        else:
            cause, fix = (
                "it reads a clock, the order of a set, or a resource outside of the percept",
                "decide from the percept and the given rng alone",
            )
        report.add(REPEATS, [Failure(REPEATS, what, cause, fix)])
        return
    report.add(REPEATS, [])


def _elsewhere(policy: Policy, percepts: list[Any], decisions: list[Any], seed: int, report: Report) -> None:
    """The same in another process, where the policy's code could make a difference of it."""
    function = policy.function if isinstance(policy, FunctionPolicy) else None
    where = elsewhere.suspects([type(policy) if function is None else function])
    if not where or any(report.failed(check) for check in (REPEATS, GLOBAL, purity.PURE)):
        return
    try:
        there = elsewhere.ask(partial(_again, policy, percepts, seed))
    except Exception as error:
        report.skip(elsewhere.ELSEWHERE, f"it could not be sent there: {error}")
        return
    for percept, decision, other in zip(percepts, decisions, there, strict=True):
        if not trace.same(decision, other, shuffled=False):
            told = f"{_short(percept)}: {_short(decision)} and {_short(other)}"
            report.add(elsewhere.ELSEWHERE, [elsewhere.failure(told, where)])
            return
    report.add(elsewhere.ELSEWHERE, [])


def _global(policy: Policy, percepts: list[Any], seed: int, used: set[str], report: Report) -> None:
    with chance.global_state(1):
        one = _again(policy, percepts, seed)
    with chance.global_state(2):
        two = _again(policy, percepts, seed)
    depends = not report.failed(REPEATS) and not trace.same(one, two, shuffled=False)
    sight = _look(policy, percepts, seed)
    report.add(GLOBAL, global_failures(sorted(used), depends, sight))
    if not report.failed(REPEATS):
        report.add(REPEATS, clock_failures(REPEATS, sight))


def clock_failures(check: str, sight: chance.Sightings) -> list[Failure]:
    """The finding on clocks: what is coarse, such as the hour, comes out alike today and not tomorrow."""
    if not sight.asked:
        return []
    what = f"it asks a clock, which says something else at the next run: {'; '.join(sight.asked)}"
    cause = "the time of day, or how fast this machine is, takes part"
    fix = "time in a model is model.time (or percept.time); measure how long a run takes outside of it"
    return [Failure(check, what, cause, fix)]


def global_failures(used: Sequence[str], depends: bool, sight: chance.Sightings) -> list[Failure]:
    """The finding on global random state, if there is one."""
    if not used and not depends:
        return []
    what = (
        f"it draws from the global generator of {' and '.join(used)}"
        if used
        else ("what comes out depends on the state of a global generator")
    )
    where = f": {'; '.join(sight.drew)}" if sight.drew else ""
    return [
        Failure(
            GLOBAL,
            what + where,
            "random.random(), numpy.random.rand() and the like are one generator for the whole process, "
            "so runs disturb each other and the seed of the model does not reach them",
            "draw from the rng of decide(percept, rng); elsewhere from self.rng or model.stream('name')",
        )
    ]


def _seeded(policy: Policy, percepts: list[Any], seed: int, report: Report) -> None:
    """A policy that makes its own generator decides alike whatever stream it is given."""
    streams = [_stream(seed + 1000 + i) for i in range(3)]
    with chance.global_state(1):
        sight = _look(policy, percepts, seed)
        before = [str(stream.bit_generator.state) for stream in streams]
        for stream in streams:
            for percept in percepts:
                policy.decide(percept, stream)
    untouched = before == [str(stream.bit_generator.state) for stream in streams]
    own = [path for path, _ in _generators(policy)]
    if untouched and (sight.made or own) and not report.failed(GLOBAL):
        failure = Failure(
            SEEDED,
            f"it has a generator of its own ({[*sight.made, *own][0]}) and never draws from the given one",
            "a generator with a seed of its own (or none): the seed of the run does not reach it",
            "draw from the rng that decide(percept, rng) is given",
        )
        report.add(SEEDED, [failure])
        return
    report.add(SEEDED, [])


def _generators(policy: Policy) -> list[tuple[str, Any]]:
    return [found for found in walk(policy, "policy").values() if isinstance(found[1], CHANCE)]


def _look(policy: Policy, percepts: list[Any], seed: int) -> chance.Sightings:
    streams = [_stream(seed + at) for at in range(len(percepts))]  # made before anyone looks
    with chance.global_state(1), chance.lookout() as sight:
        for percept, stream in zip(percepts, streams, strict=True):
            policy.decide(percept, stream)
    return sight


def _explains(policy: Policy, percepts: list[Any], decisions: list[Any], report: Report) -> None:
    for percept, decided in zip(percepts, decisions, strict=True):
        decision = decided if isinstance(decided, Decision) else Decision(decided)
        try:
            answer: Any = policy.explain(percept, decision)
            problem = (
                ""
                if isinstance(answer, Explanation)
                else f"explain() returned a {type(answer).__name__}, not an Explanation"
            )
        except Exception as error:
            problem = f"explain() raised {type(error).__name__}: {error}"
        if problem:
            cause = "explain(percept, decision) is called after the fact, with nothing but these two"
            fix = "return Explanation(chosen, reason, options), worked out from the percept and the decision"
            report.add(EXPLAINS, [Failure(EXPLAINS, problem, cause, fix)])
            return
    report.add(EXPLAINS, [])


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
