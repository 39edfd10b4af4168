"""What columns compute with: compiled twins of Python's arithmetic, errors included.

A compiled rule calls everything here as `kit.name`.
"""

from mas_kit.population.compiled.chance import *  # noqa: F403
from mas_kit.population.compiled.floats import *  # noqa: F403
from mas_kit.population.compiled.grids import *  # noqa: F403
from mas_kit.population.compiled.jit import VERSION as VERSION
from mas_kit.population.compiled.wholes import *  # noqa: F403
