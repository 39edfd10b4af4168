"""``mas-kit lab``: JupyterLab on a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from mas_kit.cli.places import WELCOME, display, project
from mas_kit.core.errors import MasKitError

# Defaults for JupyterLab's settings, which the user's own settings overrule: it does not ask about news.
CONFIG = Path(__file__).parent / "jupyter"


def notebook_in(root: Path, name: str | None) -> str:
    """The notebook's path below ``root`` with forward slashes; the welcome notebook where none is named.

    Raises MasKitError where the file does not exist or lies outside ``root``.
    """
    if name is None:
        return WELCOME
    path = Path(name).resolve()
    if not path.exists() and (root / name).exists():
        path = (root / name).resolve()
    if not path.exists():
        raise MasKitError(f"there is no file {name}; the notebooks are in {root / 'notebooks'}")
    if not path.is_relative_to(root.resolve()):
        raise MasKitError(
            f"{path} is not below {root}, the folder that JupyterLab shows; copy it there first"
        )
    return path.relative_to(root.resolve()).as_posix()


def command(root: Path, notebook: str, *, browser: bool, port: int | None) -> list[str]:
    """The command that starts JupyterLab in ``root`` on ``notebook``."""
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        # The address printed for a machine without a display leads to the notebook as well.
        f"--LabApp.default_url=/lab/tree/{quote(notebook)}",
        # No request to any other host: JupyterLab would look for news and for a newer version.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if not browser:
        words.append("--no-browser")
    if port is not None:
        words.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")  # JupyterLab refuses root, but a container often has no one else
    return words


def environment() -> dict[str, str]:
    """This process's environment, fit for kernels."""
    env = dict(os.environ)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # with it every kernel compiles its imports anew
    # nbgrader starts programs by name, which stand beside the interpreter
    env["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(CONFIG), env.get("JUPYTER_CONFIG_PATH")]))
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
    return env


def lab(notebook: str | None, *, browser: bool, port: int | None) -> int:
    """Start JupyterLab and stay until it ends; its exit code."""
    root = project()
    opens = browser and display()
    where = notebook_in(root, notebook)
    if opens:
        print(f"JupyterLab opens on {where}. To end it press Ctrl-C twice.", flush=True)
    else:
        print(
            f"JupyterLab starts on {where}. Open the address with 'token=' below in a browser; "
            "to end it press Ctrl-C twice.",
            flush=True,
        )
    words = command(root, where, browser=opens, port=port)
    if os.name == "posix":
        # Become the server, so that a signal or a Ctrl-C reaches it and nothing stays behind.
        os.chdir(root)
        os.execve(words[0], words, environment())
    return subprocess.call(words, cwd=root, env=environment())
