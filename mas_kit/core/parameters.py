"""One declaration of a parameter drives validation, sliders, the command line, sweeps and tables."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from mas_kit.core.errors import MasKitError, ParameterError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["int", "float", "bool", "choice", "text"]


class ParameterInfo(NamedTuple):
    """What a slider, a help page or a table needs to know of one parameter."""

    name: str
    kind: Kind
    default: Any
    low: float | None
    high: float | None
    step: float | None
    choices: tuple[Any, ...]
    unit: str
    help: str
    group: str

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(repr(choice) for choice in self.choices)
        what = {"int": "whole numbers", "float": "numbers", "bool": "true or false", "text": "text"}[
            self.kind
        ]
        if self.low is not None and self.high is not None:
            return f"{what} from {self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{what} from {self.low:g}"
        return f"{what} up to {self.high:g}" if self.high is not None else what


def parameter(
    default: Any,
    *,
    help: str,
    ge: float | None = None,
    le: float | None = None,
    unit: str = "",
    step: float | None = None,
    group: str = "",
) -> Any:
    """Declare one parameter: default, help text, inclusive bounds, unit, step of its slider, group."""
    extra: dict[str, Any] = {"unit": unit, "step": step, "group": group}
    return Field(default=default, ge=ge, le=le, description=help, json_schema_extra=extra)


class Parameters(BaseModel):
    """The parameters of a model: frozen, validated, and the same thing for every door.

    >>> class Pond(Parameters):
    ...     frogs: int = parameter(10, ge=1, le=500, help="how many frogs there are")
    >>> Pond(frogs=12).frogs
    12
    >>> Pond(frogs=0)
    Traceback (most recent call last):
    mas_kit.core.errors.ParameterError: parameter 'frogs' is 0; allowed: whole numbers from 1 to 500
    >>> Pond(frog=3)
    Traceback (most recent call last):
    mas_kit.core.errors.UnknownNameError: Pond has no parameter 'frog'; did you mean 'frogs'? Known: frogs
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _explain(type(self), error) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise ParameterError(
            f"parameter {name!r} cannot be set to {value!r}: parameters are frozen; "
            f"take a changed copy with replace({name}={value!r})"
        )

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> Self:
        """Read values that came as text, as from a command line."""
        values: dict[str, Any] = dict(texts)
        for info in cls.describe():
            if info.kind == "choice" and info.name in values:  # of numbers too, which no text is equal to
                spelt = {str(choice): choice for choice in info.choices}
                values[info.name] = spelt.get(values[info.name], values[info.name])
        return cls(**values)

    def replace(self, **changes: Any) -> Self:
        """A copy with these values changed, validated again."""
        return type(self)(**{**self.model_dump(), **changes})

    @classmethod
    def describe(cls) -> tuple[ParameterInfo, ...]:
        """What there is to know of each parameter, in the order of declaration."""
        return tuple(_info(name, field) for name, field in cls.model_fields.items())

    @classmethod
    def table(cls) -> pd.DataFrame:
        """The parameters as a table: name, default, allowed, unit, help."""
        import pandas as pd

        rows = [(i.name, i.default, i.allowed, i.unit, i.help) for i in cls.describe()]
        return pd.DataFrame(rows, columns=["parameter", "default", "allowed", "unit", "help"])


def _kind(annotation: Any) -> Kind:
    if get_origin(annotation) is Literal:
        return "choice"
    kinds: dict[Any, Kind] = {bool: "bool", int: "int", float: "float"}
    return kinds.get(annotation, "text")


def _info(name: str, field: FieldInfo) -> ParameterInfo:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    low = high = None
    for bound in field.metadata:
        low = getattr(bound, "ge", low)
        high = getattr(bound, "le", high)
    kind = _kind(field.annotation)
    step: Any = extra.get("step")
    if step is None and kind == "int":
        step = 1
    elif step is None and kind == "float" and low is not None and high is not None:
        step = (high - low) / 100
    choices = get_args(field.annotation) if kind == "choice" else ()
    text = field.description or ""
    unit, group = str(extra.get("unit", "")), str(extra.get("group", ""))
    return ParameterInfo(name, kind, field.default, low, high, step, choices, unit, text, group)


def _explain(cls: type[Parameters], error: ValidationError) -> MasKitError:
    """Turn pydantic's report into one line a parameter: its name, its value, what is allowed."""
    infos = {info.name: info for info in cls.describe()}
    lines, only_unknown = [], True
    for fault in error.errors(include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        if fault["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name, infos, n=1, cutoff=0.5)
            guess = f" did you mean {near[0]!r}?" if near else ""
            lines.append(f"{cls.__name__} has no parameter {name!r};{guess} Known: {', '.join(infos)}")
            continue
        only_unknown = False
        if name in infos:
            lines.append(f"parameter {name!r} is {fault['input']!r}; allowed: {infos[name].allowed}")
        else:  # a rule that spans parameters
            lines.append(str(fault["msg"]).removeprefix("Value error, "))
    text = "\n".join(lines)
    return UnknownNameError(text) if only_unknown else ParameterError(text)
