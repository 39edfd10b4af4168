"""What a page shows, declared: an ``App`` names the model and says what to draw. It holds no logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import ParameterError
from mas_kit.viz.picture import Picture

if TYPE_CHECKING:
    import altair as alt

    from mas_kit.core.agent import Agent
    from mas_kit.core.model import Model
    from mas_kit.viz.raster import Raster


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """A live line chart of recorded columns over time.

    ``columns``: label -> column of ``model.history``; ``y``: what they measure, with its unit;
    ``unit``: what a tick is called, where the page's worlds differ ("": as on the page); ``colours``: a
    category 0..7 per line (None: in order); ``stepped``: values hold from tick to tick.
    """

    title: str
    columns: Mapping[str, str]
    y: str = ""
    unit: str = ""
    colours: Sequence[int] | None = None
    stepped: bool = False

    def __post_init__(self) -> None:
        if self.colours is not None and len(self.colours) != len(self.columns):
            raise ParameterError(
                f"colours of chart {self.title!r} has {len(self.colours)} entries for {len(self.columns)} "
                "columns: give one per column"
            )


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """A live bar chart of numbers that a function reads off the model: ``values(model)``: label -> number.

    ``reference``: a value to compare with, drawn as a rule.
    """

    title: str
    values: Callable[[Any], Mapping[str, float]]
    y: str = ""
    colours: Sequence[int] | None = None
    reference: float | None = None


@dataclass(frozen=True, kw_only=True)
class SpaceTime:
    """A live space-time diagram: who was where at which time, coloured by a number such as the speed.

    ``raster(model)``: what has been recorded so far, as a ``Raster``.
    """

    title: str
    raster: Callable[[Any], Raster]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """How a person in a role is asked for a decision.

    ``see(agent)``: what the person is shown, label -> value (None: the fields of the percept). ``label``: the
    question; ``unit``, ``low``, ``high``, ``step``: of the number that answers it;
    ``start(agent)``: the number to begin with; ``action(agent, number)``: the action that it means (None:
    the number itself). For a choice instead of a number: ``choices(agent)``: pairs (label, action).
    """

    see: Callable[[Agent], Mapping[str, Any]] | None = None
    label: str = "Your decision"
    unit: str = ""
    low: float = 0
    high: float = 1_000_000
    step: float = 1
    start: Callable[[Agent], float] | None = None
    action: Callable[[Agent, float], Any] | None = None
    choices: Callable[[Agent], Sequence[tuple[str, Any]]] | None = None


Charts = Sequence[LineChart | BarChart | SpaceTime] | Callable[[Any], "Sequence[alt.Chart]"]


@dataclass(frozen=True, kw_only=True)
class App:
    """A page: the model and what is to be seen of it.

    ``picture(model)``: the picture now (None: agents in a ring, their messages between them).
    ``charts``: declared charts, or a function of the model that returns Altair charts which read the named
    data ``history``. ``facts(model)``: headline numbers, label -> text. ``clock``: what a tick is called
    ("week"), or a function of the model that says so. ``speed``: ticks per second at first (0: as fast as
    they can be drawn). ``inspect``: the agent whose mind is open at first. ``lie``: what the messages of a
    lying agent turn into, as fields of ``Byzantine`` (None: the page has no button for lies). ``fixed``:
    parameters that the page sets and does not show. ``ranges``: for sliders, narrower than what is allowed:
    parameter -> (low, high).
    """

    model: type[Model]
    title: str = ""
    about: str = ""
    picture: Callable[[Any], Picture] | None = None
    charts: Charts = ()
    facts: Callable[[Any], Mapping[str, str]] | None = None
    ask: Ask = Ask()
    clock: str | Callable[[Any], str] = "tick"
    speed: float = 2.0
    inspect: str = ""
    lie: Mapping[str, Any] | None = None
    fixed: Mapping[str, Any] | None = None
    ranges: Mapping[str, tuple[float, float]] | None = None

    def unit(self, model: Model) -> str:
        """What a tick of this model is called, in the singular."""
        return self.clock if isinstance(self.clock, str) else self.clock(model)

    @property
    def heading(self) -> str:
        """``title``, or the name of the model class."""
        return self.title or self.model.__name__
