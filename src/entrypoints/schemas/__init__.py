"""The bodies that cross the wire. Unknown request fields are ignored; the OpenAPI document is made from these.

One module per part of the contract, so that a function loads only what it reads and sends.
"""
