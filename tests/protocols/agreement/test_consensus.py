"""Average consensus against the eigenvalues of the graph, and on hostile networks."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.protocols import AverageConsensus, Conversations
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def run(graph, values, rounds, script=(), step=None, ticks=None):
    graph = nx.relabel_nodes(graph, {v: f"m{v}" for v in graph})
    step = step or 1 / (1 + max(d for _, d in graph.degree))
    line = Wire({name: Conversations(name) for name in graph}, script=script)
    for name, value in zip(graph, values, strict=True):
        line.start(name, AverageConsensus(value, list(graph[name]), step=step, rounds=rounds), "c")
    line.run(ticks or rounds + 2)
    assert line.settled()
    return np.array([line.outcome(name, "c").value for name in graph]), line


GRAPHS = {
    "ring": nx.cycle_graph(20),
    "star": nx.star_graph(9),
    "complete": nx.complete_graph(6),
    "path": nx.path_graph(7),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_mean_stays_and_it_converges_at_the_rate_of_the_second_eigenvalue(name):
    """The slowest mode alone as the start: each round shrinks it by exactly 1 - step·λ2."""
    graph = GRAPHS[name]
    eigenvalues, modes = np.linalg.eigh(nx.laplacian_matrix(graph).toarray().astype(float))
    step = 1 / (1 + max(d for _, d in graph.degree))
    start = 5 + modes[:, 1]
    held, line = run(graph, start, 12)
    assert held.mean() == pytest.approx(start.mean(), abs=1e-12)
    rate = (np.linalg.norm(held - held.mean()) / np.linalg.norm(start - start.mean())) ** (1 / 12)
    assert rate == pytest.approx(1 - step * eigenvalues[1], abs=1e-9)
    assert len(line.sent) == 12 * 2 * graph.number_of_edges()


def test_the_rate_shows_from_any_start():
    """A ring of 20, step 1/3: λ2 = 2(1 - cos 2π/20) = 0.0978870, contraction 0.967371."""
    start = np.random.default_rng(4).uniform(0, 10, 20)
    early, _ = run(GRAPHS["ring"], start, 80)
    late, _ = run(GRAPHS["ring"], start, 110)
    rate = (np.linalg.norm(late - start.mean()) / np.linalg.norm(early - start.mean())) ** (1 / 30)
    assert rate == pytest.approx(0.967371, abs=1e-4)


def test_wrong_arguments_say_what_is_right():
    with pytest.raises(ParameterError, match="step"):
        AverageConsensus(1, ["a", "b"], step=0.6)
    with pytest.raises(ParameterError, match="value"):
        AverageConsensus(float("nan"), ["a"], step=0.5)
    with pytest.raises(ParameterError, match="rounds"):
        AverageConsensus(1, ["a"], step=0.5, rounds=0)


starts = st.lists(st.integers(-5, 5), min_size=3, max_size=5)


@examples(100)
@given(script=harmless, values=starts)
def test_no_loss_delay_copy_or_forgery_hangs_it_or_leads_it_out_of_the_range(script, values):
    note("average consensus: lost, late, repeated, forged")
    held, _ = run(nx.cycle_graph(len(values)), values, 6, script, ticks=60)
    assert (held >= min(values) - 1e-9).all()
    assert (held <= max(values) + 1e-9).all()


@examples(100)
@given(script=scripts, values=starts)
def test_nor_does_a_member_whose_words_are_garbled(script, values):
    note("average consensus: also malformed, out of place, damaged")
    held, _ = run(nx.cycle_graph(len(values)), values, 6, script, ticks=60)
    assert np.isfinite(held).all()
