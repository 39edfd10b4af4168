"""Travellers: everyone on the road is one, and chooses a route once a day."""

from __future__ import annotations

from typing import Any

import numpy as np


class Columns:
    """Interim: the travellers as plain columns."""

    def __init__(self, rng: np.random.Generator, choice: str, columns: dict[str, Any], news: Any) -> None:
        self.rng, self.choice, self.columns, self.news = rng, choice, columns, news

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["pair"])

    def step(self) -> None:
        c, news = self.columns, self.news
        n = len(self)
        if self.choice == "one at a time":
            i = news.turn
            c["route"][i] = news.best[c["pair"][i]]
            return
        go = (self.rng.random(n) < news.share) & ~c["keeps"]
        if self.choice == "logit" and news.day > 1:
            for i in np.flatnonzero(go):
                rs = []
                r = news.first[c["pair"][i]]
                while r >= 0:
                    rs.append(r)
                    r = news.following[r]
                w = np.exp(-news.theta * (news.times[rs] - news.times[rs].min()))
                c["route"][i] = self.rng.choice(rs, p=w / w.sum())
            return
        c["route"][go] = news.best[c["pair"][go]]
