"""What every test and every notebook run shares."""

import os

# Kernels and servers inherit the environment. With this set, each of them compiles its imports anew and a
# notebook takes three times as long; without it, the first one leaves its work to the rest.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.browser", "mas_kit.classroom.notebooks.nbmake_plugin"]
