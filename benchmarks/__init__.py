"""How fast the service is, beside what it is compared with. Benchmarks report; none is a gate."""
