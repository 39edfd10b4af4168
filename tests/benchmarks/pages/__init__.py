"""Pages that the benchmark of frames opens: the same walkers, ours and Mesa's."""
