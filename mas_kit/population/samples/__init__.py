"""Rules that everybody knows, written once: read them, run them on objects or on columns, change them."""

from mas_kit.population.samples.boltzmann import Trader, boltzmann
from mas_kit.population.samples.ring import Car, Road, ring

__all__ = ["Car", "Road", "Trader", "boltzmann", "ring"]
