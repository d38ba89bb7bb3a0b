"""The stack on one machine: the real Terraform and the real package on an embedded AWS."""
