"""The same view in a notebook cell of a real JupyterLab."""

import sys
from pathlib import Path

import nbformat
import pytest

from tests.browser import serve
from tests.viz.test_page import CANVAS, button, data, pixels, place, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own, that knows nothing of the user's settings."""
    root = tmp_path_factory.mktemp("lab")
    env = {f"JUPYTER_{name}_DIR": str(root / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    env |= {f"JUPYTERLAB_{name}_DIR": str(root / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    env |= {"JUPYTER_PLATFORM_DIRS": "0", "PYTHONPATH": "."}
    options = ["--allow-root", "--no-browser", "--port={port}", "--ServerApp.ip=127.0.0.1"]
    options += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={root}"]
    options += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with serve([sys.executable, "-m", "jupyterlab", *options], "/api", env=env) as server:
        yield server, root


def run(page, lab, name, *cells):
    """Write a notebook of these cells, open it in JupyterLab and run all of them."""
    server, root = lab
    first = f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(first + cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, root / f"{name}.ipynb")
    page.goto(f"http://127.0.0.1:{server.port}/lab/tree/{name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)
    for _ in range(20):  # keys pressed before the kernel has connected are taken and forgotten
        dialog = page.locator("dialog.jp-Dialog")
        if dialog.count():
            print("JupyterLab asks:", text := dialog.first.inner_text())
            assert "died" not in text  # a kernel that crashes is ours to explain
            dialog.first.locator(".jp-mod-accept").click()
        waiting = page.locator(".jp-CodeCell", has=page.locator(".jp-InputPrompt", has_text="[ ]:"))
        if waiting.count() == 0:
            return
        waiting.first.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(1000)
    pytest.fail("JupyterLab does not run the cells")


def test_the_view_lives_in_a_cell(page, page_log, lab):
    run(page, lab, "view", "import mas_kit\nfrom tests.viz.walkers import APP\nmas_kit.show(APP, seed=7)")
    page.wait_for_selector(f"{CANVAS}[data-frames]", timeout=60_000)
    page.locator(CANVAS).scroll_into_view_if_needed()
    before = pixels(page)
    button(page, "Play").click()
    until(page, lambda canvas: int(canvas["time"]) >= 6)
    button(page, "Pause").click()
    page.wait_for_timeout(600)
    assert pixels(page) != before
    stopped = data(page)["time"]
    page.wait_for_selector(f".mk-chart[data-points='{stopped}']")
    assert page.locator(".mk-chart canvas").count() == 2
    page.locator(CANVAS).scroll_into_view_if_needed()
    x, y = place(page, 1)
    page.mouse.click(x, y)
    page.locator(".mk-mind h3", has_text="w1").wait_for()
    page.locator(".mk-control", has_text="walkers").get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("It takes effect at the next reset").wait_for()
    button(page, "Reset").click()
    until(page, lambda canvas: canvas["agents"] == "7" and canvas["time"] == "0")
    assert page_log.outside == []
    assert [error for error in page_log.errors if "mk" in error or "anywidget" in error] == []


def test_charts_show_live_and_the_notebook_keeps_their_still(page, page_log, lab):
    cell = """
import altair as alt, pandas as pd
from mas_kit.viz import enable
enable()
alt.Chart(pd.DataFrame({"week": [1, 2, 3], "order": [4, 8, 15]}), title="Orders").mark_line().encode(
    x="week", y="order", tooltip="order")"""
    run(page, lab, "chart", cell)
    page.wait_for_selector(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg", timeout=60_000)
    page.keyboard.press("Control+s")
    path = lab[1] / "chart.ipynb"
    for _ in range(100):
        outputs = nbformat.read(path, 4).cells[0].outputs
        if outputs:
            break
        page.wait_for_timeout(100)
    assert {"image/svg+xml", "application/vnd.vegalite.v5+json"} <= set(outputs[0].data)
    assert "</svg>" in outputs[0].data["image/svg+xml"]
    assert page_log.outside == []


def test_the_notebook_keeps_a_still_of_the_view(page, lab):
    run(page, lab, "still", "import mas_kit\nmas_kit.show('supply_chain', seed=1).step(8)")
    page.wait_for_selector(f"{CANVAS}[data-frames]", timeout=60_000)
    assert page.inner_text(".mk-clock") == "week 8 of 36"
    page.keyboard.press("Control+s")
    for _ in range(100):
        outputs = nbformat.read(lab[1] / "still.ipynb", 4).cells[0].outputs
        if outputs:
            break
        page.wait_for_timeout(100)
    assert "Wholesaler" in outputs[0].data["image/svg+xml"]
    assert "application/vnd.jupyter.widget-view+json" in outputs[0].data


def test_two_copies_of_one_view_run_at_one_speed(page, lab):
    run(
        page,
        lab,
        "twice",
        "import mas_kit\nfrom tests.viz.walkers import APP\nview = mas_kit.show(APP, seed=7)\nview",
        "view",
    )
    page.wait_for_function(
        "document.querySelectorAll('.mk-stage canvas[data-frames]').length === 2", timeout=60_000
    )
    button(page, "Play").first.click()
    until(page, lambda canvas: int(canvas["time"]) >= 5)
    times = page.eval_on_selector_all(CANVAS, "all => all.map((canvas) => +canvas.dataset.time)")
    assert abs(times[0] - times[1]) <= 1
    button(page, "Pause").first.click()
