"""Entrypoints: one module per Lambda function, HTTP, schemas, settings, and the composition root."""
