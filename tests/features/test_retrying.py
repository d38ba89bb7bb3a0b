"""All steps of retrying.feature are shared."""

from pytest_bdd import scenarios

scenarios("retrying.feature")
