"""Bedrock for tests: a scripted model, and ConverseStream as a server on loopback."""
