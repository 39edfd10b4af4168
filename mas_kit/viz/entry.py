"""``show``: a model in a notebook cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from mas_kit.core.errors import ParameterError, unknown
from mas_kit.core.model import Model
from mas_kit.viz.declare import App
from mas_kit.viz.session import Session
from mas_kit.viz.view import ModelView


def show(
    model: Model | type[Model] | App | str,
    /,
    *,
    app: App | None = None,
    seed: int | None = None,
    log: bool | None = None,
    faults: Sequence[Any] = (),
    policies: Mapping[str, Any] | None = None,
    speed: float | None = None,
    inspect: str | None = None,
    **parameters: Any,
) -> ModelView:
    """Show a model: play, pause, step, reset, look into its agents' minds.

    Args:
        model: the name of a use case ("supply_chain"), a model class, a model to go on with, or an ``App``.
        app: what to draw; without one, that of the use case whose model this is, else a plain picture.
        seed: of the first run; the same seed gives the same run.
        log: keep the event log, which the inspector and the conversation read (None: up to 500 agents).
        faults, policies: handed to the model at every reset.
        speed: ticks per second at first; 0: as fast as they can be drawn.
        inspect: the agent whose mind is open at first.
        parameters: by name, as the model declares them.

    Raises:
        UnknownNameError, ParameterError: a name that does not exist, a value out of its range.
    """
    declared, source = _resolve(model)
    chosen = app or declared
    given = {key: value for key, value in (("speed", speed), ("inspect", inspect)) if value is not None}
    if given:
        chosen = dataclasses.replace(chosen, **given)  # type: ignore[arg-type]  # each is checked by its field
    overrides = {**(chosen.fixed or {}), **parameters} if isinstance(source, type) else parameters
    session = Session(source, seed=seed, log=log, faults=faults, policies=policies, overrides=overrides)
    if inspect is not None and inspect not in session.model.by_name:
        raise unknown("agent", inspect, session.model.by_name)
    return ModelView(chosen, session)


def _resolve(model: Any) -> tuple[App, Model | type[Model]]:
    from mas_kit import usecases

    if isinstance(model, str):
        app: App = usecases.load(model).app
        return app, app.model
    if isinstance(model, App):
        return model, model.model
    cls = model if isinstance(model, type) else type(model)
    if not issubclass(cls, Model):
        raise ParameterError(
            f"{model!r} cannot be shown: give a Model class, a model, an App, or the name of a use case "
            f"({', '.join(usecases.names()) or 'there is none yet'})"
        )
    for parent in cls.__mro__:  # a class made from a packaged one is drawn like it
        package = parent.__module__.rsplit(".", 1)[0]
        if package.startswith(f"{usecases.__name__}."):
            case = usecases.load(package.removeprefix(f"{usecases.__name__}.").split(".")[0])
            if issubclass(cls, case.model):
                return case.app, model
    return App(model=cls), model
