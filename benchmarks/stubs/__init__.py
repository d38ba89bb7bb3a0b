"""What stands in for AWS on loopback: constant answers, so that all that differs is our side."""
