"""Marks for policies that students wrote: fair to chance, and safe to run.

A submission decides in a process of its own, with limits on time, CPU and memory and no way to files,
network or other processes; the model runs here, so a submission can change its own orders and nothing else.
It plays many games on the seeds that a frozen baseline plays, and fails a step of the exam only when the
games show, at a stated rate of error, that it is worse than the step allows. A crash or a time-out is 0
points and a sentence that says what happened.

    exam = Exam(SupplyChain, "retailer", replicates=100, demand="normal", retailer="base stock")
    paper = exam.sit(MyPolicy)
    paper.mark("retailer.cost", {1.5: 1, 1.1: 3})
"""

from mas_kit.classroom.grading.exam import Exam, Paper
from mas_kit.classroom.grading.limits import Limits
from mas_kit.classroom.grading.referee import Player, PlayerFailed
from mas_kit.classroom.grading.trial import FALSE_FAIL, Trial, no_worse

__all__ = ["FALSE_FAIL", "Exam", "Limits", "Paper", "Player", "PlayerFailed", "Trial", "no_worse"]
