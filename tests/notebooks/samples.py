"""Small notebooks for the checks to be tried on: one that is good, and the faults that it must see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
IMPORTS = "import threading, traceback\nimport ipywidgets as w\nfrom IPython.display import display"

# What holds: the same kinds of widget as below, with callbacks that work at both ends.
GOOD = {
    "slider": """
s = w.IntSlider(description='weeks', min=1, max=52, value=36)
s.observe(lambda change: 1 / change['new'], 'value')
s""",
    "interact": "w.interact(lambda x=3: 1 / (1 + x), x=(0, 5));",
    "range": "w.FloatRangeSlider(description='lead times', min=0, max=4, value=(1, 2))",
    "dropdown": "w.Dropdown(description='demand', options=['step', 'iid'])",
    "button": """
pressed = []
b = w.Button(description='Step')
b.on_click(lambda _: pressed.append(1))
b""",
}

# cell id -> (its source, the widget that a reader would blame, the error that it must name)
BROKEN: dict[str, tuple[str, str, str]] = {
    "slider": (
        """
s = w.IntSlider(description='weeks', min=0, max=10, value=5)
s.observe(lambda change: 1 / (10 - change['new']), 'value')
s""",
        "IntSlider 'weeks' to 10",
        "ZeroDivisionError: division by zero",
    ),
    "log-slider": (
        """
g = w.FloatLogSlider(description='rate', base=10, min=-2, max=3, value=1)
g.observe(lambda change: {1000.0: 1 / 0} if change['new'] > 999 else None, 'value')
g""",
        "FloatLogSlider 'rate' to 1000",
        "ZeroDivisionError: division by zero",
    ),
    "range": (
        """
r = w.IntRangeSlider(description='window', min=0, max=9, value=(2, 5))
r.observe(lambda change: [0][:change['new'][1] - change['new'][0]][0], 'value')
r""",
        "IntRangeSlider 'window' to (0, 0)",
        "IndexError: list index out of range",
    ),
    "interact": (
        "w.interact(lambda theta=3: 1 / 0, theta=(0, 5));",
        "IntSlider 'theta'",
        "ZeroDivisionError: division by zero",
    ),
    "dropdown": (
        """
d = w.Dropdown(description='demand', options=['step', 'iid', 'ar1'])
d.observe(lambda change: {'step': 0, 'iid': 1}[change['new']], 'value')
d""",
        "Dropdown 'demand' to 'ar1'",
        "KeyError: 'ar1'",
    ),
    "button": (
        """
out = w.Output()
b = w.Button(description='Step')
@out.capture()
def press(_):
    {}['peak']
b.on_click(press)
w.VBox([b, out])""",
        "Button 'Step' pressed",
        "KeyError: 'peak'",
    ),
    "button-thread": (
        """
c = w.Button(description='Play')
c.on_click(lambda _: threading.Thread(target=lambda: int('eight')).start())
c""",
        "Button 'Play' pressed",
        "ValueError: invalid literal for int() with base 10: 'eight'",
    ),
    "button-task": (
        """
import asyncio
async def later():
    raise OSError('the loop died')
e = w.Button(description='Loop')
e.on_click(lambda _: asyncio.get_event_loop().create_task(later()))
e""",
        "Button 'Loop' pressed",
        "OSError: the loop died",
    ),
    "errors-list": (
        """
class ModelView(w.VBox):
    errors = []
view = ModelView()
view.errors.append(ValueError('the step raised'))
view""",
        "ModelView",
        "the step raised",
    ),
    "stderr": (
        """
try:
    [][1]
except IndexError:
    traceback.print_exc()""",
        "its stderr",
        "IndexError: list index out of range",
    ),
    "thread": (
        "t = threading.Thread(target=lambda: int('seven')); t.start(); t.join()",
        "",
        "ValueError: invalid literal for int() with base 10: 'seven'",
    ),
    "network": (
        """
import urllib.request
try:
    urllib.request.urlopen('http://example.org')
except OSError:
    pass""",
        "network",
        "OSError: this notebook reaches for the network (example.org); a notebook must run offline",
    ),
    "solara": (
        """
import solara
@solara.component
def Page():
    raise LookupError('no such stage')
display(Page())""",
        "",
        "LookupError: no such stage",
    ),
    "solara-slider": (
        """
@solara.component
def Sliding():
    n, set_n = solara.use_state(3)
    solara.SliderInt('periods', value=n, min=0, max=8, on_value=set_n)
    solara.Text(str(8 / n))
display(Sliding())""",
        "Slider 'periods' to 0",
        "ZeroDivisionError: division by zero",
    ),
    "solara-button": (
        """
@solara.component
def Stepping():
    def go():
        raise RuntimeError('cannot step')
    solara.Button('Step', on_click=go)
display(Stepping())""",
        "Btn 'Step' pressed",
        "RuntimeError: cannot step",
    ),
}


def write(path: Path, cells: dict[str, str], *, title: str = "# A sample") -> Path:
    """A notebook with one title, the imports, and these cells under their ids."""
    nb: Any = new_notebook(metadata={"kernelspec": KERNEL})
    nb.cells = [new_markdown_cell(title, id="title"), new_code_cell(IMPORTS, id="imports")]
    nb.cells += [new_code_cell(source.strip(), id=name) for name, source in cells.items()]
    nbformat.write(nb, path)
    return path
