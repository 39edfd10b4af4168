"""What every test and every notebook run shares."""

import os

# Kernels and servers inherit the environment. With this set, each of them compiles its imports anew and a
# notebook takes three times as long; without it, the first one leaves its work to the rest.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# nbmake runs the notebooks; the second plugin also moves every widget of a notebook that nbmake has just run.
pytest_plugins = ["tests.browser", "mas_kit.classroom.notebooks.nbmake_plugin"]
