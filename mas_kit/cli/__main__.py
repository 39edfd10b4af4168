"""``python -m mas_kit.cli`` is ``mas-kit``."""

from mas_kit.cli import main

main()
