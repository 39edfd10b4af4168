"""The published and exact results that the cars reproduce."""

from __future__ import annotations

from mas_kit.experiments import Absolute, Computation, Expected, Experiment
from mas_kit.usecases.vehicles import stability

WILSON = "Wilson and Ward (2011), Transportation Planning and Technology 34(1), 3-18"
BANDO = "Bando et al. (1995), Physical Review E 51, 1035"


def _thresholds() -> dict[str, float]:
    ring = stability.ovm_critical_headway(1.0, 22)
    slower = stability.ring_modes(stability.ovm_partials(ring - 1e-6, 1.0), 22)
    faster = stability.ring_modes(stability.ovm_partials(ring + 1e-6, 1.0), 22)
    return {
        "critical headway, endless row": stability.ovm_critical_headway(1.0),
        "critical headway, 22 cars": ring,
        "waves that grow just below": float(stability.growth(slower)[0] > 0),
        "waves that grow just above": float(stability.growth(faster)[0] > 0),
    }


thresholds = Computation(
    name="optimal-velocity-threshold",
    compute=_thresholds,
    expected=[
        Expected(
            quantity="critical headway, endless row", value=1.11863, tolerance=Absolute(1e-5), source=BANDO
        ),
        Expected(quantity="critical headway, 22 cars", value=1.13317, tolerance=Absolute(1e-5), source=BANDO),
        Expected(quantity="waves that grow just below", value=0, source=WILSON),
        Expected(quantity="waves that grow just above", value=1, source=WILSON),
    ],
)

EXPERIMENTS: tuple[Experiment | Computation, ...] = (thresholds,)
