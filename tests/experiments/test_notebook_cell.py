"""A model class without a module that a worker could import: in a notebook's cell, in a script, reloaded."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import nbformat
import pytest
from nbclient import NotebookClient

MODEL = """
from mas_kit import Model, Parameters, parameter
from mas_kit.experiments import Experiment, run

OFFSET = 100.0
SCALES = {"step": 1.0}

def step(model):
    return SCALES["step"] * model.p.scale * model.stream("steps").normal()

class Here(Model):
    class Parameters(Parameters):
        scale: float = parameter(1.0, ge=0, help="scale of a step")
    def build(self):
        self.x = OFFSET
    def world(self):
        self.x += step(self)
    def metrics(self):
        return {"x": self.x}

def double(model):
    return 2 * model.x

experiment = Experiment(
    name="here", model=Here, design={"scale": [1.0, 2.0]}, seeds=4, ticks=5, metrics=["x", double]
)
"""


@pytest.fixture
def kernel_notebook(tmp_path):
    def execute(*cells: str) -> list[str]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
        assert not [out for cell in notebook.cells for out in cell.outputs if out.output_type == "error"]
        return ["".join(out.get("text", "") for out in cell.outputs) for cell in notebook.cells]

    return execute


def test_a_class_from_a_cell_runs_on_processes_and_a_changed_cell_is_another_model(kernel_notebook):
    outputs = kernel_notebook(
        MODEL,
        """
        results = run(experiment, workers=2, out="kept")
        alone = run(experiment, workers=1)
        assert not results.failed, results.failed[0].traceback
        assert results.frame.equals(alone.frame)
        assert (results.frame["double"] == 2 * results.frame["x"]).all()
        print(len(results.frame), run(experiment, workers=2, out="kept").resumed)
        """.replace("        ", ""),
        # the student changes the rule and runs both cells again, with the workers of before still warm
        MODEL.replace("return SCALES", "return -SCALES"),
        """
        changed = run(experiment, workers=2)
        assert (abs(changed.frame["x"] - 100 + results.frame["x"] - 100) < 1e-12).all()
        try:
            run(experiment, workers=2, out="kept")
        except Exception as error:
            print(type(error).__name__, error)
        """.replace("        ", "", 1).replace("\n        ", "\n"),
    )
    assert outputs[1].split() == ["8", "8"]
    assert outputs[3].startswith("FolderError")
    assert "code:" in outputs[3]


def test_a_script_without_a_guard(tmp_path):
    script = tmp_path / "script.py"
    ending = """
    results = run(experiment, workers=2, out="kept")
    assert not results.failed, results.failed[0].traceback
    assert results.frame.equals(run(experiment, workers=1).frame)
    print("ran", len(results.frame))
    """
    script.write_text(MODEL + textwrap.dedent(ending))
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ran 8\n"  # once: no worker ran the script again
    assert "Traceback" not in done.stderr


def test_a_module_beside_the_script_that_changes_is_never_mixed(tmp_path):
    (tmp_path / "pond.py").write_text(MODEL)
    driver = """
    import importlib, pathlib, sys
    import pond
    from mas_kit.experiments import run
    first = run(pond.experiment, workers=2)
    path = pathlib.Path("pond.py")
    path.write_text(path.read_text().replace("OFFSET = 100.0", "OFFSET = 2000.0"))
    importlib.invalidate_caches()
    importlib.reload(pond)
    second = run(pond.experiment, workers=2)  # the workers are warm, and hold the module as it was
    assert second.frame["x"].min() > 1500, second.frame
    path.write_text(path.read_text().replace('"step": 1.0', '"step": 0.0'))  # a table, not code
    importlib.reload(pond)
    third = run(pond.experiment, workers=2)
    assert (third.frame["x"] == 2000).all(), third.frame
    path.write_text(path.read_text().replace("OFFSET = 2000.0", "OFFSET = 9.0"))
    try:
        from loky import get_reusable_executor
        get_reusable_executor().shutdown(kill_workers=True)
        run(pond.experiment, workers=2)  # new workers read the file, which this session has not
    except Exception as error:
        print(type(error).__name__, error)
    """
    script = tmp_path / "driver.py"
    script.write_text(textwrap.dedent(driver))
    done = subprocess.run(
        [sys.executable, "-B", script], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("StaleCodeError the code of pond.Here on disk is not what this session has")
