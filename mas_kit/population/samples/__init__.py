"""Rules that everybody knows, written once: read them, run them on objects or on columns, change them."""

from mas_kit.population.samples.boids import Bird, Sky, boids
from mas_kit.population.samples.boltzmann import Trader, boltzmann
from mas_kit.population.samples.ring import Car, Road, ring
from mas_kit.population.samples.schelling import City, Household, schelling

SAMPLES = {"boids": boids, "boltzmann": boltzmann, "ring": ring, "schelling": schelling}

__all__ = [
    "SAMPLES",
    "Bird",
    "Car",
    "City",
    "Household",
    "Road",
    "Sky",
    "Trader",
    "boids",
    "boltzmann",
    "ring",
    "schelling",
]
