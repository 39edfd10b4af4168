from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from mas_kit.core.errors import MasKitError, ParameterError
from mas_kit.experiments import Experiment, run
from tests.experiments.models import Tagged, Traced, Walk, Wordy, begun


def walk(**changes) -> Experiment:
    declared = {"name": "walk", "model": Walk, "design": {"drift": [0.0, 0.5]}, "seeds": 6, **changes}
    return Experiment(**declared)


def last_step(model: Walk) -> float:
    return model.history[-1]["x"] - model.history[-2]["x"]


def test_rows_and_numbers_do_not_depend_on_workers_or_on_a_folder(tmp_path):
    experiment = walk(metrics={"x": "x", "last": last_step})
    alone = run(experiment, workers=1)
    assert alone.frame.shape == (12, 6)
    assert list(alone.frame.columns) == ["point", "replicate", "seed", "drift", "x", "last"]
    contents = set()
    for workers in (1, 2, 3):
        in_memory = run(experiment, workers=workers)
        pd.testing.assert_frame_equal(in_memory.frame, alone.frame, check_exact=True)
        kept = run(experiment, workers=workers, out=tmp_path / str(workers))
        pd.testing.assert_frame_equal(kept.frame, alone.frame, check_exact=True)
        contents.add((tmp_path / str(workers) / "results.parquet").read_bytes())
    assert len(contents) == 1


def test_the_numbers_are_those_of_the_model_run_by_hand():
    experiment = walk(ticks=4)
    frame = run(experiment, workers=2).frame
    for row in frame.itertuples():
        model = Walk(seed=row.seed, drift=row.drift).run(4)
        assert (row.x, row.length) == (model.x, 4)


def test_the_file_of_results_has_a_row_group_a_run_and_is_the_frame(tmp_path):
    results = run(walk(), workers=2, out=tmp_path)
    file = pq.ParquetFile(tmp_path / "results.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [1] * 12
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "results.parquet"), results.frame, check_exact=True
    )
    assert not (tmp_path / "replicates").exists()


def test_common_random_numbers_sharpen_a_comparison():
    frame = run(walk(seeds=20), workers=1).frame
    means = frame.pivot_table(index="replicate", columns="drift", values="x")
    assert (means[0.5] - means[0.0]).std() < 1e-9  # the same steps, plus 10 times 0.5
    assert (means[0.5] - means[0.0]).mean() == pytest.approx(5)


def test_types_of_columns_and_labels():
    def level(value):
        return {"drift": value}

    design = {"steps": [3, 4], "record": {"rows": True}, "faults": {"none": ()}}
    frame = run(walk(design=design, seeds=1), workers=1).frame
    assert frame["steps"].dtype == "int64"
    assert frame["record"].tolist() == ["rows", "rows"]
    assert frame["faults"].tolist() == ["none", "none"]
    mixed = run(walk(design=[level(0), level(0.5)], seeds=1), workers=1).frame
    assert mixed["drift"].dtype == "float64"


def test_a_metric_that_is_missing_or_nan_stays_so_also_after_a_restart(tmp_path):
    experiment = Experiment(name="tagged", model=Tagged, seeds=[1, 2, 4])
    first = run(experiment, workers=1, out=tmp_path)
    assert first.frame["odd"].fillna(-1).tolist() == [1, -1, -1]
    assert first.frame["even"].fillna(-1).tolist() == [0.5, 0.5, -1]
    again = run(experiment, workers=1, out=tmp_path)
    assert again.resumed == 3
    pd.testing.assert_frame_equal(again.frame, first.frame)


def test_the_summary_does_not_skip_what_is_missing():
    results = run(Experiment(name="tagged", model=Tagged, seeds=[1, 2, 4]), workers=1)
    assert results.summary()["even"].isna().all()
    table = run(walk(), workers=1)
    x = table.frame.query("drift == 0.5")["x"]
    row = table.summary().iloc[1]
    assert (row["n"], row["x"], row["x s.e."]) == (6, x.mean(), x.std() / math.sqrt(6))


def test_a_run_that_raises_is_reported_and_the_others_go_on(tmp_path):
    trace = tmp_path / "trace"
    (tmp_path / "broken").touch()
    experiment = Experiment(
        name="traced", model=Traced, parameters={"trace": str(trace), "fate": "raise"}, seeds=[1, 2, 3, 4]
    )
    for workers in (1, 2):
        results = run(experiment, workers=workers, out=tmp_path / f"out{workers}")
        assert results.frame["seed"].tolist() == [1, 3]
        assert [failure.seed for failure in results.failed] == [2, 4]
        assert results.failed[0].error == "ZeroDivisionError: no stock left to divide by"
        assert "experiments/models.py" in results.failed[0].traceback
        assert str(tmp_path.home()) not in results.failed[0].traceback
        assert "seed 2" in str(results.failed[0])
    # mended: only what failed is run again
    before = len(begun(trace))
    (tmp_path / "broken").unlink()
    results = run(experiment, workers=2, out=tmp_path / "out2")
    assert sorted(begun(trace)[before:]) == ["2:0", "4:0"]
    assert (results.resumed, results.failed) == (2, ())
    assert results.frame["seed"].tolist() == [1, 2, 3, 4]
    assert not (tmp_path / "out2" / "failures.json").exists()
    assert (tmp_path / "out1" / "failures.json").exists()


def test_a_metric_that_is_unknown_or_no_number_is_a_failure_with_a_clear_reason():
    failed = run(walk(metrics=["lenght"], seeds=1), workers=1).failed[0]
    assert "did you mean 'length'" in failed.error
    failed = run(Experiment(name="wordy", model=Wordy), workers=1).failed[0]
    assert "metric 'mood' gave 'good'" in failed.error


def test_a_worker_that_dies_costs_nothing_but_time(tmp_path):
    trace = tmp_path / "trace"
    experiment = Experiment(
        name="traced",
        model=Traced,
        parameters={"trace": str(trace), "fate": "die once"},
        seeds=[1, 2, 3, 4, 5, 6],
    )
    results = run(experiment, workers=2, out=tmp_path / "out")
    assert results.frame["seed"].tolist() == [1, 2, 3, 4, 5, 6]
    assert not results.failed
    assert begun(trace).count("3:0") == 2  # the one that it died in


def test_a_run_that_kills_its_worker_every_time_is_found_and_reported():
    experiment = Experiment(name="traced", model=Traced, parameters={"fate": "die"}, seeds=range(1, 9))
    results = run(experiment, workers=2)
    assert results.frame["seed"].tolist() == [1, 2, 4, 5, 6, 7, 8]
    assert [failure.seed for failure in results.failed] == [3]
    assert "worker process died" in results.failed[0].error


@pytest.mark.parametrize(
    "start", [ThreadPoolExecutor, lambda n: ProcessPoolExecutor(n, mp_context=get_context("spawn"))]
)
def test_any_executor_gives_the_same_numbers_and_files(start, tmp_path):
    alone = run(walk(), workers=1)
    with start(2) as executor:
        results = run(walk(), executor=executor, out=tmp_path)
    pd.testing.assert_frame_equal(results.frame, alone.frame, check_exact=True)
    assert run(walk(), out=tmp_path).resumed == 12


def test_progress_is_counted():
    seen: list[tuple[int, int]] = []
    run(walk(), workers=2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i, 12) for i in range(1, 13)]


def test_events_are_kept_when_asked_for(tmp_path):
    results = run(walk(seeds=2, ticks=2), workers=2, out=tmp_path, log=True)
    assert set(results.events(point=1, replicate=1).columns) >= {"time", "agent", "kind"}
    with pytest.raises(ParameterError, match="out"):
        run(walk(), log=True)


@pytest.mark.parametrize("workers", [0, -2])
def test_a_number_of_workers_is_checked(workers):
    with pytest.raises(ParameterError, match="'workers'"):
        run(walk(), workers=workers)


def test_a_run_again_is_the_run_that_was(tmp_path):
    results = run(walk(design={"drift": [0.0, 0.5]}, seeds=2), workers=1, out=tmp_path)
    model = results.again(1, 1, log=True)
    row = results.frame[(results.frame["point"] == 1) & (results.frame["replicate"] == 1)].iloc[0]
    assert (model.seed, model.p.drift, model.x) == (row["seed"], 0.5, row["x"])
    assert model.log is not None
    with pytest.raises(
        MasKitError, match=r"no finished run of point 2, replicate 0; this experiment has points 0 to 1"
    ):
        results.again(2)


def test_a_run_that_does_not_come_out_again_is_told():
    class Elsewhere(Walk):
        def metrics(self):
            return {"x": float(np.random.default_rng().random())}

    results = run(Experiment(name="elsewhere", model=Elsewhere), workers=1)
    with pytest.raises(MasKitError, match=r"came out differently: x is .* takes chance from elsewhere"):
        results.again()


def test_histories_have_a_row_a_run_and_tick():
    results = run(walk(design={"drift": [0.0, 0.5]}, seeds=2, ticks=4), workers=1)
    table = results.histories()
    assert list(table)[:4] == ["point", "replicate", "seed", "drift"]
    assert len(table) == 2 * 2 * 4
    last = table.groupby(["point", "replicate"])["x"].last().tolist()
    assert last == results.frame["x"].tolist()
