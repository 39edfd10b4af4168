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

from typing import TYPE_CHECKING, Any

from mas_kit import core
from mas_kit.core import *  # noqa: F403
from mas_kit.core import __all__ as _core

if TYPE_CHECKING:
    from mas_kit.viz import show

__version__ = "0.1.0"
__all__ = [*_core, "__version__", "core", "show"]  # noqa: PLE0604  (a list of names that core declares)


def __getattr__(name: str) -> Any:
    """What is heavy loads when it is first used."""
    if name == "show":
        from mas_kit.viz import show  # noqa: PLC0415

        return show
    raise AttributeError(f"module 'mas_kit' has no attribute {name!r}")
