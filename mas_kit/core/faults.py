"""What goes wrong, on purpose: faults are data, and a model never knows that it is under test.

A schedule is a list of declarations such as `Crash(agent="distributor", at=10, until=14)`. Times are ticks:
a fault holds from the start of tick `at` to the start of tick `until` (without one, to the end of the run).
The names follow the failure models of distributed systems (Cristian 1991; Tanenbaum & van Steen), from the
mildest to the worst:

| fault | what goes wrong |
|---|---|
| `Crash` | an agent stops, and may start again |
| `Silence`, `Loss`, `Partition` | omission: what is sent does not arrive |
| `Delay` | timing: it arrives late |
| `Bias` | a number is off in what one agent sees or does |
| `Byzantine` | an agent's messages say anything: altered, different to each, forged, old |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from mas_kit.core.byzantine import Traitor
from mas_kit.core.errors import ParameterError, unknown
from mas_kit.core.network import find
from mas_kit.core.topology import group_numbers

if TYPE_CHECKING:
    from mas_kit.core.model import Model


class Fault(BaseModel):
    """Something that goes wrong from tick `at` until tick `until` (None: for good)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    at: int = Field(ge=1)
    until: int | None = None

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _explain(type(self).__name__, error) from None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Fault:
        if self.until is not None and self.until <= self.at:
            raise ValueError(f"'until' is {self.until}; allowed: ticks after 'at' ({self.at}), or None")
        return self


class Crash(Fault):
    """The agent stops: it perceives, decides and sends nothing. At `until` it restarts.

    With `forget`, its inbox and its policy's memory are lost; its own attributes survive, as if on disk.
    Mail for it is dropped or held, as its network declares (`when_down`).
    """

    kind: Literal["crash"] = "crash"
    agent: str
    forget: bool = False


class Silence(Fault):
    """The agent goes on, but nothing that it sends leaves (on `network`, or on all of them)."""

    kind: Literal["silence"] = "silence"
    agent: str
    network: str | None = None


class Delay(Fault):
    """Messages on a network take `extra` ticks more."""

    kind: Literal["delay"] = "delay"
    network: str | None = None
    extra: int = Field(ge=1)


class Loss(Fault):
    """Messages on a network are lost with this probability, from `sender` and to `receiver` if given."""

    kind: Literal["loss"] = "loss"
    network: str | None = None
    probability: float = Field(ge=0, le=1)
    sender: str | None = None
    receiver: str | None = None


class Partition(Fault):
    """A network is split: messages pass only inside a group; those in no group form one of their own."""

    kind: Literal["partition"] = "partition"
    network: str | None = None
    groups: tuple[tuple[str, ...], ...]

    @model_validator(mode="after")
    def _each_in_one_group(self) -> Partition:
        group_numbers(self.groups)
        return self


class Bias(Fault):
    """A named number in what an agent sees, or in what it does, is off: `value * factor + offset`.

    Where there is no number, because the agent does nothing (None) or the field is None, nothing is off.
    """

    kind: Literal["bias"] = "bias"
    agent: str
    where: Literal["percept", "action"] = "percept"
    field: str
    factor: float = 1.0
    offset: float = 0.0


class Byzantine(Fault):
    """What an agent sends is not what leaves (on `network`, or on all); it and its receivers know nothing.

    Args:
        alter: "equivocate": each receiver is told something else; "corrupt": all are told the same wrong
            thing; "forge": its messages leave under another's name; "replay": in place of a message one of
            its earlier ones to the same receiver leaves.
        change: what "equivocate" and "corrupt" do to a value: "negate" (-x; not x; the next of the choices),
            "scale" (times `factor`; numbers only), "random" (a number up to `factor` times as large, with
            either sign; any choice). Whole numbers stay whole.
        choices: what could be said; then only values that are among them are altered, in these only: words
            too, which are left alone otherwise. Without them every number and every truth value is.
        field: alter only what stands under this field or key of the content (a bare value counts as the
            field); None: wherever it stands.
        posing_as: whose name is forged; None: anybody's but the receiver's.
        share: the share of its messages that this befalls.

    To equivocate is to make the change 0, 1, 2... times over for the receivers in order of their names: the
    first hears the truth, the second the change, the third the change of the change. (Scaled: x, fx,
    (2f - 1)x... Random: another draw for each.)
    """

    kind: Literal["byzantine"] = "byzantine"
    agent: str
    network: str | None = None
    alter: Literal["equivocate", "corrupt", "forge", "replay"] = "equivocate"
    change: Literal["negate", "scale", "random"] = "negate"
    factor: float = Field(default=2.0, allow_inf_nan=False)
    choices: tuple[bool | int | float | str, ...] = ()
    field: str | None = None
    posing_as: str | None = None
    share: float = Field(default=1.0, ge=0, le=1)


AnyFault = Annotated[
    Crash | Silence | Delay | Loss | Partition | Bias | Byzantine, Field(discriminator="kind")
]
_ADAPTER: TypeAdapter[Any] = TypeAdapter(list[AnyFault])


def parse(faults: Iterable[Fault | Mapping[str, Any]]) -> list[Fault]:
    """Faults from declarations or from plain dicts, as read from a file.

    Raises ParameterError naming the field, its value and what is allowed.

    >>> parse([{"kind": "crash", "agent": "factory", "at": 5}])
    [Crash(kind='crash', at=5, until=None, agent='factory', forget=False)]
    """
    if isinstance(faults, Fault | Mapping):
        raise ParameterError(f"'faults' is one fault; allowed: a list of them; give [{faults!r}]")
    plain = [fault.model_dump() if isinstance(fault, Fault) else _dict(fault) for fault in faults]
    try:
        found: list[Fault] = _ADAPTER.validate_python(plain)
    except ValidationError as error:
        raise _explain("faults", error) from None
    return found


def _dict(fault: Any) -> dict[str, Any]:
    if not isinstance(fault, Mapping):
        raise ParameterError(
            f"'faults' holds {fault!r}; allowed: Fault records or dicts, see mas_kit.core.faults"
        )
    return dict(fault)


def _explain(what: str, error: ValidationError) -> ParameterError:
    lines = []
    for fault in error.errors(include_url=False):
        where = ".".join(str(part) for part in fault["loc"]) or "the whole"
        lines.append(f"{what}: {where} is {fault['input']!r}; {fault['msg'].removeprefix('Value error, ')}")
    return ParameterError("\n".join(lines))


class Injector:
    """Brings the faults of a schedule about, and ends them, at the start of the ticks that they name."""

    def __init__(self, model: Model, faults: Iterable[Fault | Mapping[str, Any]]) -> None:
        self.model = model
        self.faults = parse(faults)
        self.active: list[Fault] = []
        self._rows: dict[Fault, int | None] = {}  # log id of the start of each
        self._traitors: dict[tuple[Fault, str], Traitor] = {}  # by fault and network

    def add(self, fault: Fault | Mapping[str, Any]) -> Fault:
        """One more fault while the model runs; one whose time has come starts with the next tick.

        Raises ParameterError, UnknownNameError: a declaration that does not fit, as for a schedule.
        """
        (new,) = parse([fault])
        if new.at <= self.model.tick:
            new = parse([{**new.model_dump(), "at": self.model.tick + 1}])[0]
        self._check(new)
        self.faults.append(new)
        return new

    def end(self, fault: Fault) -> None:
        """End a fault with the next tick. One that has not started is taken off the schedule.

        Raises UnknownNameError when it is not on it.
        """
        if fault not in self.faults:
            raise unknown("fault on the schedule", fault, map(str, self.faults))
        place, now = self.faults.index(fault), self.model.tick + 1
        if fault.at >= now:
            del self.faults[place]
        elif fault.until is None or fault.until > now:
            self.faults[place] = fault.model_copy(update={"until": now})

    def check(self) -> None:
        """Does every fault name an agent and a network that exist? Raises UnknownNameError if not."""
        for fault in self.faults:
            self._check(fault)

    def _check(self, fault: Fault) -> None:
        named = [getattr(fault, key, None) for key in ("agent", "sender", "receiver", "posing_as")]
        for name in (*named, *(name for group in getattr(fault, "groups", ()) for name in group)):
            if name is not None and name not in self.model.by_name:
                raise unknown("agent", name, self.model.by_name)
        if isinstance(fault, Delay | Loss | Partition) or getattr(fault, "network", None):
            find(self.model.networks, fault.network)  # type: ignore[attr-defined]

    def apply(self, tick: int) -> None:
        """Start and end what is due in this tick."""
        now = [f for f in self.faults if f.at <= tick and (f.until is None or tick < f.until)]
        if now == self.active:
            return
        started = [f for f in now if f not in self.active]
        ended = [f for f in self.active if f not in now]
        self.active = now
        for fault, phase in [(f, "ends") for f in ended] + [(f, "starts") for f in started]:
            cause = None
            if self.model.log is not None:
                who = getattr(fault, "agent", None) or getattr(fault, "network", None) or "network"
                cause = self.model.log.emit(tick, who, "fault", self._rows.get(fault), (phase, fault))
                self._rows[fault] = cause
            if isinstance(fault, Crash):
                self._crash_or_restart(fault, phase, cause)
        self.model.anyone_down = any(isinstance(fault, Crash) for fault in now)
        self.set_networks()
        self.model.biases = [(f, self._rows.get(f)) for f in now if isinstance(f, Bias)]

    def _crash_or_restart(self, fault: Crash, phase: str, cause: int | None) -> None:
        agent = self.model.by_name.get(fault.agent)
        if agent is None:
            return
        still_down = any(isinstance(f, Crash) and f.agent == fault.agent for f in self.active)
        agent.alive = not still_down
        if phase == "starts" and fault.forget:
            agent.memory = None
            agent.inbox, agent.arrivals = [], []
        if cause is not None:
            agent.arrivals.append(cause)

    def set_networks(self) -> None:
        """Tell every network which of the active faults concern it."""
        for network in self.model.networks.values():
            network.extra_delay, network.link_loss = 0, []
            network.silent, network.splits = set(), []
            network.traitors = []
            for fault in self.active:
                if isinstance(fault, Silence) and fault.network in (None, network.name):
                    network.silent.add(fault.agent)
                elif isinstance(fault, Byzantine) and fault.network in (None, network.name):
                    network.traitors.append(self._traitor(fault, network.name))
                elif isinstance(fault, Delay | Loss | Partition):
                    if find(self.model.networks, fault.network) is not network:
                        continue
                    if isinstance(fault, Delay):
                        network.extra_delay += fault.extra
                    elif isinstance(fault, Loss):
                        network.link_loss.append((fault.probability, fault.sender, fault.receiver))
                    else:
                        network.splits.append(group_numbers(fault.groups))
            network.refresh()

    def _traitor(self, fault: Byzantine, network: str) -> Traitor:
        key = (fault, network)
        if key not in self._traitors:
            self._traitors[key] = Traitor(fault, self._rows.get(fault))
        return self._traitors[key]
