"""What is particular to the drones' model card; `tests/usecases/test_cards.py` does the rest."""

from __future__ import annotations

import re

from mas_kit.usecases.drones import DroneFleetParameters
from tests.usecases.card import card

CARD = card("drones")


def test_policies_in_the_table_are_the_ones_there_are():
    table = re.findall(r"^\| (`.+?) \|", CARD.sections["How it works"], re.M)
    named = {name for row in table for name in re.findall(r"`(.+?)`", row)}
    kinds = next(info for info in DroneFleetParameters.describe() if info.name == "allocation").choices
    assert named == set(kinds)


def test_the_table_of_troubles_has_every_team_that_is_compared():
    from mas_kit.usecases.drones import resilience

    rows = re.findall(r"^\| `(.+?)` \|", CARD.sections["Things to notice"], re.M)
    assert tuple(rows) == resilience.TEAMS
