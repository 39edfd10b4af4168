from __future__ import annotations

import copy
import functools
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest

from mas_kit.experiments.fingerprint import fingerprint

BASE = """
RATE = 2
WEIGHTS = {"a": 1, "b": 2}
ALLOWED = frozenset({"x", "y", "z", "w"})

def helper(x):
    return x * RATE

class Part:
    size = 1
    def area(self):
        return self.size

class Thing:
    '''A thing.'''
    def run(self, y=3):
        '''Runs.'''
        if y in {"x", "y", "z"}:
            return None
        inner = [helper(v) for v in WEIGHTS.values()]
        return sum(inner) + Part().area()
    @property
    def half(self):
        return RATE / 2
    @staticmethod
    def third():
        return 3
"""


def of(source: str, name: str = "Thing", **options: bool) -> str:
    space: dict[str, object] = {"__name__": "__main__"}
    exec(compile(textwrap.dedent(source), "cell", "exec"), space)
    return fingerprint(space[name], **options)


def test_the_same_code_has_the_same_fingerprint_wherever_it_stands():
    assert of(BASE) == of(BASE)
    assert of("# a comment\n\n\n" + BASE) == of(BASE)
    assert of(BASE.replace("Runs.", "It runs, and how.")) == of(BASE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x * RATE", "x + RATE"),  # a function that it calls
        ("RATE = 2", "RATE = 3"),  # a constant that the function names
        ('"b": 2', '"b": 5'),  # a value in a table that it names
        ("size = 1", "size = 2"),  # an attribute of a class that it uses
        ("return self.size", "return -self.size"),
        ("y=3", "y=4"),  # a default
        ("RATE / 2", "RATE / 4"),  # a property
        ("return 3", "return 4"),  # a static method
        ('"z"}:', '"v"}:'),  # a set constant
    ],
)
def test_a_change_that_could_change_a_number_changes_it(old, new):
    assert old in BASE
    assert of(BASE.replace(old, new)) != of(BASE)


def test_without_data_a_cache_does_not_count_but_code_does():
    assert of(BASE.replace('"b": 2', '"b": 5'), data=False) == of(BASE, data=False)
    assert of(BASE.replace("x * RATE", "x + RATE"), data=False) != of(BASE, data=False)


def test_closures_partials_caches_and_instances():
    def scaled(factor):
        return lambda x: x * factor

    assert fingerprint(scaled(2)) == fingerprint(scaled(2)) != fingerprint(scaled(3))
    assert fingerprint(functools.partial(pow, 2)) != fingerprint(functools.partial(pow, 3))
    assert fingerprint(functools.cache(scaled(2))) != fingerprint(functools.cache(scaled(3)))
    assert fingerprint(SimpleNamespace.__init__) == fingerprint(SimpleNamespace.__init__)


def test_it_is_the_same_in_a_process_with_another_hash_seed():
    script = (
        "from tests.experiments.models import *;"
        "from mas_kit.experiments.fingerprint import fingerprint as f;"
        "from tests.experiments.test_fingerprint import BASE, of; print(f(Walk), f(Traced), of(BASE))"
    )
    seen = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": "."},
        )
        seen.add(done.stdout)
    assert len(seen) == 1


def test_it_ends_on_code_that_refers_to_itself():
    assert of(
        "class Thing:\n    def run(self):\n        return Thing().run(other)\ndef other():\n    return Thing"
    )


def test_pickling_an_instance_does_not_count():
    """Python notes `__slotnames__` in a class when an instance is first pickled or copied."""
    thing = type("Thing", (), {"run": lambda self: 1})
    before = fingerprint(thing)
    copy.copy(thing())
    assert "__slotnames__" in vars(thing)
    assert fingerprint(thing) == before
