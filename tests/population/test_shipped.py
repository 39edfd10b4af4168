"""Every rule that comes with the kit gives the same numbers on objects and in columns."""

import ast
from pathlib import Path

import pytest

from mas_kit import usecases
from mas_kit.population import check_engines, shipped_rules
from mas_kit.population.samples import SAMPLES

RULES = shipped_rules()


@pytest.mark.parametrize("name", RULES)
def test_every_shipped_rule_agrees(name):
    assert check_engines(RULES[name], ticks=30).ok


def _makes_populations(file):
    calls = [
        node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    return any(isinstance(call.func, ast.Name) and call.func.id == "Population" for call in calls)


@pytest.mark.parametrize("name", usecases.names())
def test_a_use_case_with_populations_declares_its_rules(name):
    folder = Path(usecases.__file__).parent / name
    if any(_makes_populations(file) for file in folder.glob("**/*.py")):
        assert any(rule.startswith(f"{name}: ") for rule in RULES)


def test_the_samples_are_among_them():
    assert set(SAMPLES) <= set(RULES)
