from pytest_bdd import scenarios

scenarios("cancelling.feature")
