"""The ports in memory: as strict as the real adapters, held to the same contract tests."""
