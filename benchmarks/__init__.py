"""Speed of the service compared with alternatives. Benchmarks report figures; none is a gate."""
