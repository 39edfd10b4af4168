"""Play, step, reset, speed and seed, and the tabs below the picture."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as w

SPEEDS: tuple[tuple[str, float], ...] = (
    ("½ / s", 0.5),
    ("1 / s", 1.0),
    ("2 / s", 2.0),
    ("5 / s", 5.0),
    ("10 / s", 10.0),
    ("30 / s", 30.0),
    ("max", 0.0),
)
TABS = ("Charts", "Mind", "Conversation", "About")


class Transport:
    """The row of buttons under the picture."""

    def __init__(self, speed: float, seed: int, unit: str) -> None:
        self.play = w.Button(
            description="Play", icon="play", tooltip="Let time run (space, with the picture in focus)"
        )
        self.play.add_class("mk-play")
        self.step = w.Button(description="Step", icon="step-forward")
        self.reset = w.Button(
            description="Reset", icon="undo", tooltip="A new run with the parameters and the seed shown"
        )
        nearest = min((value for _, value in SPEEDS), key=lambda value: abs(value - speed))
        self.speed = w.SelectionSlider(
            options=SPEEDS,
            value=nearest,
            description="Speed",
            continuous_update=True,
        )
        self.speed.add_class("mk-speed")
        self.seed = w.Text(
            value=str(seed),
            description="Seed",
            continuous_update=False,
            tooltip="The same seed gives the same run",
        )
        self.seed.add_class("mk-seed")
        self.dice = w.Button(icon="random", tooltip="A new run with a new seed")
        self.dice.add_class("mk-dice")
        self.widget = w.HBox([self.play, self.step, self.reset, self.speed, self.seed, self.dice])
        self.widget.add_class("mk-transport")
        self.tabs = w.ToggleButtons(options=TABS, value=TABS[0])
        self.tabs.add_class("mk-tabs")
        self.measure(unit)

    def measure(self, unit: str) -> None:
        """Time is counted in these: "week"."""
        self.step.tooltip, self.speed.tooltip = f"One {unit}", f"{unit}s per second"

    def playing(self, on: bool) -> None:
        """Show what the play button does next."""
        self.play.description, self.play.icon = ("Pause", "pause") if on else ("Play", "play")

    def show_seed(self, seed: int) -> None:
        """The seed of the present run."""
        self.seed.value = str(seed)

    def pending(self, names: Sequence[str]) -> None:
        """Mark the reset button while changed parameters wait for it."""
        self.reset.button_style = "warning" if names else ""
