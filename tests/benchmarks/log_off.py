"""What the log costs a model that does not use it, over the same code without any branch on the log."""

from __future__ import annotations

import ast
import gc
import inspect
from types import ModuleType
from typing import Any

from harness import Measure, benchmark, cpu
from office import Clerk, Office, run_office

from mas_kit.core import agent, arrivals, network, tick


class _WithoutLog(ast.NodeTransformer):
    """Cuts `if ....log is not None: ...` out, and puts the body of `if ....log is None: ...` in its place."""

    def __init__(self) -> None:
        self.cut = 0

    def visit_If(self, node: ast.If) -> Any:
        """A branch, or what is left of it."""
        self.generic_visit(node)
        match node.test:
            case ast.Compare(left=ast.Attribute(attr="log"), ops=[ast.IsNot()]):
                left = node.orelse
            case ast.Compare(left=ast.Attribute(attr="log"), ops=[ast.Is()]):
                left = node.body
            case _:
                return node
        self.cut += 1
        return left or ast.Pass()


def without_log(module: ModuleType, branches: int) -> ModuleType:
    """A module as it would be without a log. `branches` guards against a source that looks different now."""
    cutter = _WithoutLog()
    tree = ast.fix_missing_locations(cutter.visit(ast.parse(inspect.getsource(module))))
    if cutter.cut < branches:
        raise AssertionError(f"{module.__name__}: found {cutter.cut} branches on the log, not {branches}")
    bare = ModuleType(f"{module.__name__} without a log")
    exec(compile(tree, bare.__name__, "exec"), vars(bare))
    return bare


_TICK = without_log(tick, 4)
_NETWORK = without_log(network, 4)
for _name, _method in vars(without_log(arrivals, 3).Arrivals).items():
    if inspect.isfunction(_method):  # what arrives is a network's matter too, in a module of its own
        setattr(_NETWORK.Network, _name, _method)
_AGENT = without_log(agent, 0)  # sending asks nothing about the log; it only has to know the other network
_AGENT.Network = _NETWORK.Network  # type: ignore[attr-defined]  # what `send` looks for first


class BareClerk(Clerk):
    """A clerk whose `send` knows no log."""

    send = _AGENT.Agent.send


class BareOffice(Office):
    """The office on a network, and in ticks, that know no log."""

    clerk = BareClerk
    network = _NETWORK.Network

    def step(self) -> None:
        """One tick."""
        self._half_done = _TICK.phases(self)
        self._go_on()


def seconds(kind: type[Office]) -> Measure:
    """CPU seconds of a short run: the best of five, as one part in a hundred matters here."""

    def once() -> float:
        work = run_office(kind, log=False, ticks=5)
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return cpu(work)

    return lambda: min(once() for _ in range(5))


@benchmark(
    name="log off",
    what="1,000 agents, 10 messages each a tick, over the same code with every branch on the log cut out",
    bound="<= 1.05",
    unit="CPU s",
    rounds=15,
)
def log_off() -> tuple[Measure, Measure]:
    """What a log that is off costs where the most branches are met."""
    return seconds(Office), seconds(BareOffice)
