from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import harness  # noqa: E402
import population_table  # noqa: E402
from population_race import Race  # noqa: E402


def nothing_built(agents):
    raise AssertionError("memory is not measured here")


def raced(model, agents, rounds):
    race = Race(model, agents, dict.fromkeys(rounds[0], nothing_built))
    race.rounds = rounds
    return race


def test_a_line_has_medians_of_rates_and_of_the_ratios_inside_the_rounds(monkeypatch):
    monkeypatch.setattr(population_table, "bytes_per_agent", lambda build: 1074.3)
    slow = {"Mesa": 1e-6, "agentpy": 5e-6, "columns": 1e-8, "by hand": 5e-9}
    cold = {name: 10 * seconds for name, seconds in slow.items()}
    fast = {name: seconds / 2 for name, seconds in slow.items() if name != "agentpy"}  # it took part once
    races = [raced("ring", 1000, [cold, slow, fast, fast])]
    lines = population_table.table(races, {"ring": "cars"}).splitlines()
    heads = "| model | agents | Mesa | agentpy | columns | over Mesa | by hand | share of by hand |"
    assert lines[0] == heads
    assert lines[2] == "| cars | 1,000 | 2.00 M | 200 k (0.20) | 200 M | 100 | 400 M | 0.50 |"
    assert lines[3] == "| cars | bytes, of 10,000 | 1,074 | 1,074 | 1,074 |  | 1,074 |  |"
    assert {line.count("|") for line in lines[:4]} == {heads.count("|")}


def test_an_engine_of_one_model_leaves_the_others_cells_empty(monkeypatch):
    monkeypatch.setattr(population_table, "bytes_per_agent", lambda build: 1.0)
    monkeypatch.setattr(population_table.population_sumo, "bytes_per_car", lambda: None)
    three = {"Mesa": 1e-6, "columns": 1e-8, "by hand": 1e-8}
    ring, town = ({**three, "SUMO": 2e-6}, three)
    races = [raced("ring", 1000, [ring] * 2), raced("town", 1000, [town] * 2)]
    lines = population_table.table(races, {"ring": "ring", "town": "town"}).splitlines()
    assert [line.split("|")[4].strip() for line in lines[2:6]] == ["500 k (0.50)", "", "", ""]


@pytest.mark.parametrize(
    ("rate", "text"),
    [(350.2, "350"), (16_712, "16.7 k"), (1.434e6, "1.43 M"), (173.4e6, "173 M"), (12_345e6, "12,300 M")],
)
def test_rates_have_three_digits(rate, text):
    assert population_table.short(rate) == text


def test_peers_are_found_last_so_that_ours_win(tmp_path):
    """agentpy's wheel brings a `tests` of its own, which has an `__init__.py`; ours has none."""
    for name in ("tests", "harness", "peer_of_ours"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("whose = 'theirs'")
    (tmp_path / "peer_of_ours" / "inside.py").write_text("whose = 'theirs too'")
    about = tmp_path / "peer_of_ours-1.2.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: peer_of_ours\nVersion: 1.2.3\n")
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r}); import harness; harness.peers(); harness.peers()\n"
        "import importlib.metadata, importlib.util, tests.browser, peer_of_ours.inside\n"
        "assert peer_of_ours.inside.whose == 'theirs too' and not hasattr(tests, 'whose')\n"
        "assert importlib.metadata.version('peer_of_ours') == '1.2.3'\n"
        "assert sum(type(one) is harness._Last for one in sys.meta_path) == 1\n"
        "assert importlib.util.find_spec('nobody') is None"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, harness.PEERS: str(tmp_path)},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_folder_of_peers_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv(harness.PEERS, str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit, match=r"nowhere is not a folder; fill one"):
        harness.peers()
