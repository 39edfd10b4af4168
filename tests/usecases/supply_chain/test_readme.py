"""The numbers that the model card tells are the model's; `tests/usecases/test_cards.py` does the rest."""

from __future__ import annotations

import re

from mas_kit.usecases.supply_chain import STAGES, SupplyChain, SupplyChainParameters, bullwhip
from tests.usecases.card import card

CARD = card("supply_chain")


def test_the_numbers_it_tells():
    people = SupplyChain(seed=1).run().metrics()
    best = SupplyChain.oracle("benchmark", seed=1).run().metrics()
    free = SupplyChain.oracle("benchmark", seed=1, freeze=0).run().metrics()
    assert f"Sterman's rule can do is ${best['cost']:.0f};" in CARD.prose
    assert f"costs ${people['cost']:,.0f}**, {people['cost'] / best['cost']:.1f} times" in CARD.prose
    costs = [f"${best[f'{stage}.cost']:.0f}" for stage in STAGES]
    assert f"pay {costs[0]}, {costs[1]}, {costs[2]} and {costs[3]}" in CARD.prose
    assert f"from week 1 and they pay ${free['cost']:.0f}" in CARD.prose
    peaks = [f"{people[f'{stage}.peak']:.0f}" for stage in STAGES]
    weeks = [f"{people[f'{stage}.peak week']:.0f}" for stage in STAGES]
    assert (
        f"{', '.join(peaks[:3])} and {peaks[3]} cases, in weeks {', '.join(weeks[:3])} and {weeks[3]}"
        in CARD.prose
    )
    bound, exact = (f((2, 2, 2, 2), 10)[-1] for f in (bullwhip.private_demand_bound, bullwhip.private_demand))
    assert f"{bound:.2f} against {exact:.2f} at the brewery" in CARD.prose


def test_policies_in_the_table_are_the_ones_there_are():
    table = re.findall(r"^\| (`.+?) \|", CARD.sections["How it works"], re.M)
    named = {name for row in table for name in re.findall(r"`(.+?)`", row)}
    kinds = next(info for info in SupplyChainParameters.describe() if info.name == "retailer").choices
    assert named == set(kinds)
