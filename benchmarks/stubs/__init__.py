"""Stubs of AWS on loopback with constant responses, so that only the service's side varies."""
