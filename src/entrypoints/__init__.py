"""What AWS calls: one thin handler per function, the wire's models, and the one place that wires adapters to ports."""
