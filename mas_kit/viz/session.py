"""The model behind a view: how it is made, stepped, waited for and made again. No widgets here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mas_kit.core.errors import ParameterError, TickError
from mas_kit.core.events import EventLog
from mas_kit.core.model import Model
from mas_kit.core.parameters import Parameters

KEEP = 50_000  # rows of the event log that a view holds on to
LOGGED_UP_TO = 500  # agents; beyond, a log per percept would cost more than the page shows of it


class Session:
    """One run after another of one model class, as a person at the controls makes them.

    Args:
        model: a model class (``type[Model]``), or a model to go on with.
        seed: of the first run; None draws one of up to six digits. Kept from run to run until changed.
        log: whether to keep an event log; None: up to 500 agents.
        faults, policies: handed to every run.
        overrides: parameters by name.

    Raises ParameterError or UnknownNameError for parameters that the class does not allow.
    """

    def __init__(
        self,
        model: Any,
        *,
        seed: int | None = None,
        log: bool | None = None,
        faults: Sequence[Any] = (),
        policies: Mapping[str, Any] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        self.log = log
        self.faults, self.policies = faults, policies
        if not isinstance(model, type):
            if overrides or seed is not None:
                raise ParameterError(
                    "a model that exists has its seed and parameters already: show the class with new ones, "
                    f"as in show({type(model).__name__}, seed=1), or show the model without any"
                )
            self.cls: type[Model] = type(model)
            self.parameters: Parameters = model.parameters
            self.seed: int = model.seed
            self.model: Model = model
        else:
            self.cls = model
            self.parameters = self.cls.Parameters(**(overrides or {}))
            self.model = self._make(self.parameters, draw_seed() if seed is None else seed)
            self.seed = self.model.seed

    def _make(self, parameters: Parameters, seed: int | None) -> Model:
        wanted = self.log is not False
        model = self._build(parameters, seed, log=wanted)
        if self.log is None and len(model.by_name) > LOGGED_UP_TO:
            return self._build(parameters, model.seed, log=False)
        return model

    def _build(self, parameters: Parameters, seed: int | None, *, log: bool) -> Model:
        return self.cls(
            parameters,
            seed=seed,
            log=EventLog(limit=KEEP) if log else False,
            faults=self.faults,
            policies=self.policies,
        )

    @property
    def _half_done(self) -> bool:
        return self.model.coming_tick == self.model.tick

    @property
    def waiting(self) -> list[Any]:
        """The agents played by a person whose answer this tick still needs."""
        return list(self.model.waiting_for()) if self._half_done else []

    @property
    def at_start(self) -> bool:
        """No tick has begun yet."""
        return self.model.tick == 0

    def tick(self) -> bool:
        """One tick; False when it cannot be completed: the run is over, or a person is still to answer.

        A tick that waits has perceived; call again after the answer and it goes on where it stopped.
        """
        model = self.model
        if not self._half_done:
            if model.finished:
                return False
            if not model.people:
                model.step()
                return True
            model.begin_tick()
        if self._half_done:
            if model.waiting_for():
                return False
            try:
                model.finish_tick()
            except TickError:
                if model.waiting_for():  # where agents take turns, another person's turn may follow
                    return False
                raise
        return True

    def reset(self, parameters: Parameters | None = None, seed: int | None = None) -> None:
        """A new run; without a seed, with a new one.

        When the model cannot be made with these, the old run stays as it was.
        """
        wanted = parameters or self.parameters
        model = self._make(wanted, draw_seed() if seed is None else seed)
        self.model, self.parameters, self.seed = model, wanted, model.seed


def draw_seed() -> int:
    """A new seed from the operating system, short enough to read out in class."""
    return secrets.randbelow(1_000_000)


def read_seed(text: str) -> int | None:
    """A seed as typed: a whole number from 0, or nothing for a new one. Raises ParameterError."""
    stripped = text.strip().replace(" ", "").replace("_", "")
    if not stripped:
        return None
    if not stripped.isdecimal():
        raise ParameterError(
            f"seed {text.strip()!r} is not a seed: allowed are whole numbers from 0, such as 42; "
            "leave it empty to draw one"
        )
    return int(stripped)


def call_if(function: Callable[[Any], Any] | None, model: Any, otherwise: Any) -> Any:
    """``function(model)``, or ``otherwise`` where no function was declared."""
    return otherwise if function is None else function(model)
