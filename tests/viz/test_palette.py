"""The categories can be told apart, also by people who are colour-blind; the scale rises evenly."""

from itertools import combinations

import numpy as np
import pytest

from mas_kit.viz.glyphs import GLYPHS
from mas_kit.viz.palette import CATEGORIES, INK, NAMES, colours, contrast, on, rgb, scale

# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15(6): full severity, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    c = np.array(rgb(colour)) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb_linear: np.ndarray) -> np.ndarray:
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ rgb_linear / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(colour: str, blindness: str) -> np.ndarray:
    return lab(np.clip(np.array(BLINDNESS[blindness]) @ linear(colour), 0, 1))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_categories_can_be_told_apart(theme, blindness):
    places = {name: seen(colour, blindness) for name, colour in zip(NAMES, CATEGORIES[theme], strict=True)}
    distance = {(a, b): np.linalg.norm(places[a] - places[b]) for a, b in combinations(NAMES, 2)}
    closest = min(distance, key=distance.__getitem__)
    assert distance[closest] >= 10, (
        f"{closest} are {distance[closest]:.1f} apart (CIE76) with {blindness} vision"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_categories_stand_out_from_the_paper(theme):
    for name, colour in zip(NAMES, CATEGORIES[theme], strict=True):
        assert contrast(colour, INK[theme].paper) >= 2.0, name
    for text in (INK[theme].ink, INK[theme].muted):
        assert contrast(text, INK[theme].paper) >= 4.5, f"{text} on {INK[theme].paper} is hard to read"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_can_be_read_on_every_category(theme):
    for colour in CATEGORIES[theme]:
        assert contrast(colour, on(colour, INK[theme])) >= 3.5, colour


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the guideline's own near miss


@pytest.mark.parametrize(("theme", "way"), [("light", -1), ("dark", 1)])
def test_the_scale_rises_evenly_in_lightness(theme, way):
    lightness = np.array([lab(linear(colour))[0] for colour in scale(theme)])
    steps = np.diff(lightness) * way
    assert (steps > 0).all()
    assert steps.max() < 3 * steps.mean()


def test_colour_indices_are_categories_then_the_scale():
    assert colours("light")[:8] == CATEGORIES["light"]
    assert len(colours("dark")) == 8 + 64


def test_glyphs_are_path_data_inside_their_box():
    for name, path in GLYPHS.items():
        assert path[0] == "M", name
        assert path.rstrip().endswith("z"), name
        assert set(path) <= set("MmLlHhVvAaCcSsZz0123456789.- "), name
