"""Adapters and fakes inherit their ports, so that a missing method fails at construction, not at the first call."""

import pytest

from domain import ports
from tests.architecture.source import FAKES, SRC, ClassInFile, files

#: Methods with a default, and why: agents of one's own have test doubles of this port.
WITH_DEFAULT = {("ProgressReporter", "used")}
#: Implemented by the domain itself.
DOMAIN_PORTS = {"ProgressReporter"}
PORTS = {
    name: port
    for name, port in vars(ports).items()
    if isinstance(port, type) and port.__module__ == ports.__name__ and getattr(port, "_is_protocol", False)
}
ADAPTERS = [found for file in files(SRC / "adapters") for found in file.classes()]
FAKED = [found for file in files(FAKES) for found in file.classes()]

each_port = pytest.mark.parametrize(("name", "port"), PORTS.items(), ids=PORTS)


def methods(port: type) -> set[str]:
    return {name for name, member in vars(port).items() if callable(member) and not name.startswith("_")}


def implementing(name: str, classes: list[ClassInFile]) -> list[ClassInFile]:
    return [found for found in classes if name in found.bases]


def test_ports_are_found() -> None:
    assert PORTS.keys() >= {"ChatRepository", "WorkerInvoker", "ReasoningAgent", "MemoryStore", "Clock", "IdSource"}


@each_port
def test_every_method_of_a_port_is_abstract_and_has_its_contract(name: str, port: type) -> None:
    with_default = {method for owner, method in WITH_DEFAULT if owner == name}
    assert methods(port) - with_default == set(getattr(port, "__abstractmethods__", ()))
    for method in methods(port):
        assert getattr(port, method).__doc__, f"{name}.{method} has no docstring"


@each_port
def test_class_with_all_methods_of_a_port_inherits_it(name: str, port: type) -> None:
    alike = [found for found in ADAPTERS + FAKED if found.methods >= methods(port)]
    assert [found.where for found in alike if name not in found.bases] == []


@each_port
def test_class_that_inherits_a_port_has_all_its_methods(name: str, port: type) -> None:
    found_classes = implementing(name, ADAPTERS + FAKED)
    assert [found.where for found in found_classes if not found.methods >= methods(port)] == []


@pytest.mark.parametrize("name", sorted(PORTS.keys() - DOMAIN_PORTS))
def test_every_port_has_an_adapter(name: str) -> None:
    assert implementing(name, ADAPTERS)


@pytest.mark.parametrize("name", sorted(PORTS.keys() - DOMAIN_PORTS - {"MemoryRanking"}))
def test_every_port_has_a_fake(name: str) -> None:
    assert implementing(name, FAKED)


def test_class_without_all_methods_of_a_port_cannot_be_created() -> None:
    class Incomplete(ports.WorkerInvoker):
        pass

    with pytest.raises(TypeError, match="abstract method"):
        Incomplete()  # type: ignore[abstract]  # tested here
