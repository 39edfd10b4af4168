"""The vehicles' own page with a long ring: CARS says how many drive on it, as densely as in Sugiyama's."""

from __future__ import annotations

import os
from dataclasses import replace

from mas_kit.usecases.vehicles.app import APP as VEHICLES
from mas_kit.viz import page_of

CARS = int(os.environ.get("CARS", "1000"))

APP = replace(VEHICLES, fixed={"cars": CARS, "length": CARS * 230.0 / 22.0, "engine": "columns"})
__getattr__ = page_of(APP)
