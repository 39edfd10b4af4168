"""Who can talk to whom: radio reaches in a circle, and hops from set to set where these relay."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class Radio:
    """The radio graph of one moment.

    Attributes:
        near: by name, who is in direct range
        reach: by name, to whom messages get: the same, or with relaying all of the same part of the graph
        parts: into how many parts the graph falls
    """

    def __init__(self, radius: float, relay: bool) -> None:
        self.radius, self.relay = radius, relay
        self.near: dict[str, set[str]] = {}
        self.reach: dict[str, set[str]] = {}
        self.parts = 0

    def update(self, places: Mapping[str, tuple[int, int]], wired: Collection[str] = ()) -> None:
        """Work it out for the places of everybody who is up; the `wired` also reach each other by wire."""
        square, names = self.radius**2, list(places)
        self.near = {name: set() for name in names}
        for i, name in enumerate(names):
            x, y = places[name]
            for other in names[i + 1 :]:
                a, b = places[other]
                if (x - a) ** 2 + (y - b) ** 2 <= square:
                    self.near[name].add(other)
                    self.near[other].add(name)
        for name in wired:
            self.near[name] |= set(wired) - {name}
        groups = self._parts()
        self.parts = len(groups)
        if self.relay:
            self.reach = {name: group - {name} for group in groups for name in group}
        else:
            self.reach = self.near

    def _parts(self) -> list[set[str]]:
        seen: set[str] = set()
        groups = []
        for name in self.near:
            if name in seen:
                continue
            group, front = {name}, [name]
            while front:
                new = self.near[front.pop()] - group
                group |= new
                front.extend(new)
            seen |= group
            groups.append(group)
        return groups
