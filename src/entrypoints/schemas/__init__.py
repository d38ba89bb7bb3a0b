"""Models of request and response bodies. Unknown request fields are ignored; OpenAPI is generated from these.

One module per part of the contract, so that a function imports only the models that it uses.
"""
