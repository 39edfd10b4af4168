"""The functions that a rule can call in both engines, with the same result to the last bit."""

from __future__ import annotations

# Name -> fewest and most arguments, and the kind of the result ("same": that of the arguments).
_ONE = ["sqrt", "exp", "log", "log2", "log10", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "fabs", "degrees", "radians"]
CALLS: dict[str, tuple[int, int, str]] = {
    **{f"math.{name}": (1, 1, "float") for name in _ONE},
    "math.floor": (1, 1, "int"),
    "math.ceil": (1, 1, "int"),
    "math.trunc": (1, 1, "int"),
    "math.atan2": (2, 2, "float"),
    "math.hypot": (2, 2, "float"),
    "math.pow": (2, 2, "float"),
    "math.fmod": (2, 2, "float"),
    "math.copysign": (2, 2, "float"),
    "math.isnan": (1, 1, "bool"),
    "math.isinf": (1, 1, "bool"),
    "math.isfinite": (1, 1, "bool"),
    "abs": (1, 1, "same"),
    "min": (2, 99, "same"),
    "max": (2, 99, "same"),
    "int": (1, 1, "int"),
    "float": (1, 1, "float"),
    "bool": (1, 1, "bool"),
    "round": (1, 1, "int"),
}

# Draws: without a size, one number each.
DRAWS: dict[str, tuple[int, int, str]] = {
    "random": (0, 0, "float"),
    "integers": (1, 2, "int"),
    "uniform": (0, 2, "float"),
    "normal": (0, 2, "float"),
    "standard_normal": (0, 0, "float"),
    "exponential": (0, 1, "float"),
    "standard_exponential": (0, 0, "float"),
}

INSTEAD: dict[str, str] = {
    "round": "round to whole numbers, or scale first: round(100 * x) / 100",
    "sum": "write a loop: Python's sum of floats compensates its rounding, a loop does not",
    "math.fsum": "write a loop that adds",
    "math.sumprod": "write a loop that adds",
    "math.dist": "use math.hypot(dx, dy)",
    "math.log": "use math.log(x) / math.log(base)",
    "math.hypot": "give it two numbers",
    "pow": "write x ** y",
    "print": "look at an agent with population.agent(name), or keep a log",
    "len": "len() is for arrays of the world and for neighbourhoods",
    "range": "use range in a for loop",
    "numpy.sqrt": "use math.sqrt: where Python raises an error, NumPy warns and goes on with nan",
    "numpy.exp": "use math.exp: NumPy's own differs in the last bit",
    "numpy.log": "use math.log: NumPy's own differs in the last bit",
    "numpy.sin": "use math.sin: NumPy's own differs in the last bit",
    "numpy.cos": "use math.cos: NumPy's own differs in the last bit",
    "numpy.hypot": "use math.hypot(dx, dy)",
    "numpy.maximum": "use max(a, b)",
    "numpy.minimum": "use min(a, b)",
    "numpy.abs": "use abs(x)",
    "numpy.absolute": "use abs(x)",
}
