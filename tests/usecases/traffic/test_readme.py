"""What the model card lists and tells is the model's; `tests/usecases/test_cards.py` does the rest."""

from __future__ import annotations

import re

import pytest

from mas_kit import datasets
from mas_kit.usecases.traffic import Traffic
from mas_kit.usecases.traffic.assignment import system_optimum, user_equilibrium
from mas_kit.usecases.traffic.baseline import price_of_anarchy_bound
from mas_kit.usecases.traffic.network import sioux_falls
from tests.usecases.card import card

CARD = card("traffic")
CHOICES = {info.name: set(info.choices) for info in Traffic.Parameters.describe()}


@pytest.mark.parametrize(("first", "parameter"), [("world", "world"), ("choice", "choice")])
def test_tables_name_every_choice(first, parameter):
    table = re.search(rf"^\| {first} \|.*?\n\n", CARD.sections["How it works"], re.M | re.S)
    assert set(re.findall(r"^\| `(.+?)` \|", table.group(), re.M)) == CHOICES[parameter]


def test_every_controller_is_named():
    assert all(f"`{name}`" in CARD.sections["How it works"] for name in CHOICES["controller"])


def test_what_it_tells_of_sioux_falls():
    roads = sioux_falls()
    selfish, planned = (find(roads, gap=1e-12).total_time for find in (user_equilibrium, system_optimum))
    for told in (f"{selfish:,.0f}", f"{planned:,.0f}", f"{selfish / planned:.4f}"):
        assert told in CARD.sections["Things to notice"]
    assert f"the bound for such roads is {price_of_anarchy_bound(4):.2f}" in CARD.prose
    data = " ".join(datasets.card("sioux_falls").split())
    assert f"{selfish:,.0f} units" in data
    assert f"optimum {planned:,.0f}" in data


def test_it_refers_to_aequilibrae_as_its_licence_asks():
    assert "AequilibraE" in CARD.sections["Credits and references"]
