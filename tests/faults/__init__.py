"""Faults as tests: what is promised of a turn, held against every crash point and thousands of simulated runs."""
