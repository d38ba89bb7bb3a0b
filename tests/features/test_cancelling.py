"""All steps of cancelling.feature are shared."""

from pytest_bdd import scenarios

scenarios("cancelling.feature")
