"""The picture of the README is what the kit draws; `python tests/viz/test_readme_picture.py` redraws it."""

from pathlib import Path

from mas_kit.usecases.supply_chain import SupplyChain
from mas_kit.usecases.supply_chain.app import APP
from mas_kit.viz import picture_svg

PICTURE = Path(__file__).parents[2] / "notebooks" / "images" / "beer_game.svg"


def draw() -> str:
    return picture_svg(SupplyChain(seed=1).run(20), APP) + "\n"


def test_the_readme_shows_what_the_kit_draws():
    assert PICTURE.read_text(encoding="utf-8") == draw()


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
