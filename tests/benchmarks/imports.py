"""What importing the kit costs over importing Mesa, in fresh interpreters."""

from __future__ import annotations

import os
import subprocess
import sys

from harness import Measure, benchmark, difference

_CLOCK = "import time; began = time.process_time(); {}; print(time.process_time() - began)"


def importing(statement: str) -> Measure:
    """CPU seconds of an import statement in an interpreter of its own, with compiled bytecode at hand."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def seconds() -> float:
        command = [sys.executable, "-c", _CLOCK.format(statement)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        return float(done.stdout)

    return seconds


@benchmark(
    name="import mas_kit",
    what="CPU seconds over `import mesa`",
    bound="<= 0.3",
    unit="CPU s",
    compare=difference,
    rounds=9,
)
def kit() -> tuple[Measure, Measure]:
    """The package alone."""
    return importing("import mas_kit"), importing("import mesa")


@benchmark(
    name="import of a model's names",
    what="CPU seconds of `from mas_kit import Model, Agent, Network, Parameters` over `import mesa`",
    bound="<= 0.3",
    unit="CPU s",
    compare=difference,
    rounds=9,
)
def names() -> tuple[Measure, Measure]:
    """What a first cell imports."""
    return importing("from mas_kit import Model, Agent, Network, Parameters"), importing("import mesa")
