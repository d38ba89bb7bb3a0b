"""In-memory implementations of the ports, as strict as the real adapters: both pass the same contract tests."""
