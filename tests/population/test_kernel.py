"""What is compiled is kept: on disk in a folder of the user's own, or in memory; and shared among cores."""

import os
import subprocess
import sys

import numpy as np
import pytest

from mas_kit.core import ParameterError
from mas_kit.population import Population, Record, kernel, threads
from mas_kit.population.samples import boids, boltzmann, ring

SCRIPT = """
import sys
from mas_kit.population import Population, Record
class Dot(Record):
    x: float = 0.25
def rule(me, rng):
    me.x = (me.x * 1.7 + rng.random()) % 3.0
dots = Population(Dot, 5, rule=rule, activation="in order", engine="columns", seed=1).run(9)
loaded = sum(dots.engine.kernel.run.stats.cache_hits.values())
print(loaded, dots["x"].tobytes().hex())
"""


def test_a_second_process_loads_what_the_first_compiled(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    where = {**os.environ, "MAS_KIT_CACHE": str(tmp_path / "cache")}
    told = [
        subprocess.run(
            [sys.executable, str(script)], env=where, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert [loaded for loaded, _ in told] == ["0", "1"]
    assert told[0][1] == told[1][1]
    folder = tmp_path / "cache" / "rules"
    (file,) = folder.glob("rule_*.py")
    assert "x_of[me]" in file.read_text()
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_others_can_write_to_is_not_trusted(tmp_path, monkeypatch):
    monkeypatch.setenv("MAS_KIT_CACHE", str(tmp_path))
    assert kernel.cache_folder() == tmp_path / "rules"
    (tmp_path / "rules").chmod(0o777)
    assert kernel.cache_folder() is None


def test_without_a_folder_it_compiles_in_memory(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MAS_KIT_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(kernel, "_LOADED", {})
    assert kernel.cache_folder() is None

    class Dot(Record):
        x: float = 1.0

    def double(me):
        me.x *= 2.0

    dots = Population(Dot, 3, rule=double, engine="columns", seed=1).run(3)
    assert dots["x"].tolist() == [8.0] * 3


def test_another_constant_is_another_compiled_rule():
    def make(gain):
        class Dot(Record):
            x: float = 1.0

        def grow(me):
            me.x *= gain

        return Population(Dot, 1, rule=grow, engine="columns", seed=1)

    assert [make(gain).run(2)["x"][0] for gain in (2.0, 3.0, float("inf"))] == [4.0, 9.0, float("inf")]


@pytest.mark.parametrize("make", [ring, boids])
def test_threads_change_no_number(make):
    alone, shared = (
        make(301, engine="columns", seed=2, threads=1),
        make(301, engine="columns", seed=2, threads=3),
    )
    for ticks in (1, 7):
        assert alone.run(ticks).frame().equals(shared.run(ticks).frame())
    for number in (0, 150, 300):
        assert alone[number].percept == shared[number].percept


def test_an_error_in_a_thread_is_told_as_without():
    class Dot(Record):
        x: float
        y: float = 0.0

    def invert(me):
        me.y = 1.0 / (me.x - 5.0)
        me.x += 1.0

    for count in (1, 3):
        dots = Population(
            Dot, rule=invert, columns={"x": -np.arange(9.0)}, engine="columns", seed=1, threads=count
        )
        with pytest.raises(ZeroDivisionError) as caught:
            dots.run(20)
        assert caught.value.__notes__ == ["in the rule invert of dot-0, tick 6"]
        assert dots["x"].tolist() == (5.0 - np.arange(9.0)).tolist()


def test_threads_only_where_they_cannot_matter():
    small, large = ring(10, engine="columns", seed=1), ring(100_000, engine="columns", seed=1)
    assert small.engine.threads == 1
    assert large.engine.threads == threads._cores()
    assert boltzmann(10, engine="columns", seed=1, threads=4).engine.threads == 1  # one after the other
    with pytest.raises(ParameterError, match="threads"):
        ring(10, threads=0)
