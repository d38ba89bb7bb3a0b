from pytest_bdd import scenarios

scenarios("retrying.feature")
