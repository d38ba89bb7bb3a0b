"""Fault injection: the promises of a turn hold at every crash point and in thousands of simulated runs."""
