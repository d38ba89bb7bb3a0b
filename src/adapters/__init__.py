"""The ports of the domain, each kept by one technology."""
