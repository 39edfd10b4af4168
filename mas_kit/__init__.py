"""mas_kit: a laboratory for multi-agent systems that lives in JupyterLab.

>>> import mas_kit
>>> class Greeter(mas_kit.Agent):
...     def decide(self, percept):
...         return "hello"
...     def act(self, action):
...         self.send("inform", self.model.others(self), action)
>>> class Room(mas_kit.Model):
...     def build(self):
...         mas_kit.Network(self)
...         self.ann, self.bob = Greeter(self, "ann"), Greeter(self, "bob")
...     def others(self, me):
...         return "bob" if me is self.ann else "ann"
>>> room = Room(seed=1).run(2)
>>> room.bob.percept[0].content
'hello'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mas_kit import core as core
    from mas_kit.core import *  # noqa: F403
    from mas_kit.viz import show as show

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Everything loads when it is first used, so that `mas-kit doctor` can speak where Mesa is broken."""
    if name == "show":
        return import_module("mas_kit.viz").show
    if name.startswith("__") and name != "__all__":
        raise AttributeError(f"module 'mas_kit' has no attribute {name!r}")
    core = import_module("mas_kit.core")
    if name == "__all__":
        return [*core.__all__, "__version__", "core", "show"]
    if name == "core":
        return core
    if name in core.__all__:
        return globals().setdefault(name, getattr(core, name))
    raise AttributeError(f"module 'mas_kit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__getattr__("__all__"))
