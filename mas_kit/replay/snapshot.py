"""Snapshots: a run as data, small enough to mail, and safe to open when it comes from elsewhere.

A run is determined by its class, parameters, seed, faults and what people answered, so a snapshot holds just
these, and restoring runs them again up to the tick. It is JSON: opening one executes nothing, and the class
is named by whoever opens it, never by the file.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mas_kit.core.errors import MasKitError, ParameterError, TickError
from mas_kit.core.policy import Person

if TYPE_CHECKING:
    from mas_kit.core.model import Model

_LIMIT = 50_000_000  # bytes; a snapshot is a few kilobytes, so that a larger file is something else


class Snapshot(BaseModel):
    """A run up to a tick, as data.

    `digest` is the SHA-256 of the recorded history, against which `restore` checks itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    model: str
    tick: int = Field(ge=0)
    seed: int = Field(ge=0)
    parameters: dict[str, Any]
    faults: list[dict[str, Any]] = []
    answers: dict[str, list[Any]] = {}
    digest: str

    @classmethod
    def take(cls, model: Model) -> Snapshot:
        """The snapshot of a run between two ticks.

        Raises:
            TickError: a tick is half done.
            MasKitError: history is not recorded.

        Policies and classes of one's own are not data: whoever restores has to bring them along.
        """
        if model.coming_tick == model.tick:
            raise TickError("a tick is half done; call finish_tick() before Snapshot.take(model)")
        if not model.recording:
            raise MasKitError(
                "this run keeps no history to check a restored one by; make it with record=True"
            )
        return cls(
            model=type(model).__name__,
            tick=model.tick,
            seed=model.seed,
            parameters=model.parameters.model_dump(mode="json"),
            faults=[fault.model_dump(mode="json") for fault in model.injector.faults],
            answers=_answers(model),
            digest=digest(model),
        )

    def restore(self, model: type[Model], *, check: bool = True, **more: Any) -> Model:
        """The run again, up to the snapshot's tick.

        Args:
            model: its class; the file's own word on that is only compared
            check: compare the history with the snapshot's digest
            more: other arguments of the class, such as `log=True` or the policies of one's own

        Raises:
            MasKitError: another class, or a history that differs (another version of the model or of a
                library, or a policy that is not the same).
        """
        if model.__name__ != self.model:
            raise MasKitError(f"the snapshot is of a {self.model}, not of a {model.__name__}; give its class")
        run = model(model.Parameters(**self.parameters), seed=self.seed, faults=self.faults, **more)
        for name, answers in self.answers.items():
            policy: Any = run.agent(name).policy
            if policy is None or not policy.is_person:
                raise MasKitError(
                    f"the snapshot holds a person's answers for {name!r}, whom a rule plays here"
                )
            for answer in answers:
                policy.answer(answer)
        run.run(self.tick)
        if check and digest(run) != self.digest:
            raise MasKitError(
                f"the run came out differently from the snapshot up to tick {self.tick}: another version "
                f"of {self.model} or of a library, or other policies; check=False takes it as it is"
            )
        return run

    def save(self, path: str | Path) -> None:
        """Write it to a JSON file."""
        Path(path).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Snapshot:
        """Read a JSON file. Raises ParameterError for a file that is not a snapshot."""
        path = Path(path)
        if path.stat().st_size > _LIMIT:
            size = f"{path.stat().st_size:,} bytes"
            raise ParameterError(f"{path.name} has {size}; allowed: a snapshot, up to {_LIMIT:,}")
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise ParameterError(f"{path.name} is not a snapshot: {where}: {first['msg']}") from None


def digest(model: Model) -> str:
    """The SHA-256 of a run's recorded history."""
    text = json.dumps(model.history, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def _answers(model: Model) -> dict[str, list[Any]]:
    people = ((agent.name, agent.policy) for agent in model.by_name.values())
    return {name: list(policy.given) for name, policy in people if isinstance(policy, Person)}
