"""Tests that need packages of their own, run with them: one test here for each test file there."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import environments
from support.environments import ROOT, Environment, NotInstallableError

ENVIRONMENTS = environments.environments()


@pytest.mark.parametrize(
    ("environment", "test_file"),
    [
        pytest.param(each, path, id=f"{each.name}-{path.relative_to(ROOT / 'tests')}")
        for each in ENVIRONMENTS
        for path in each.test_files()
    ],
)
def test_in_environment(environment: Environment, test_file: Path, request: pytest.FixtureRequest) -> None:
    """The test file passes with the packages of this environment, in an order drawn from the same seed."""
    seed = request.config.getoption("randomly_seed")
    if not environments.is_chosen(environment):
        pytest.skip(f"{environments.CHOICE_VARIABLE} does not name {environment.name}")
    try:
        run = environment.run(test_file, f"--randomly-seed={seed}")
    except NotInstallableError as error:
        pytest.skip(f"Cannot install the environment {environment.name}: {error}")
    if run.returncode:
        pytest.fail(f"in the environment {environment.name}:\n{run.stdout}", pytrace=False)
    print(run.stdout)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)
def test_has_tests_and_pins(environment: Environment) -> None:
    """An environment is there for tests that exist, and names no address."""
    files = environment.test_files()
    assert files
    assert [path for path in files if not path.is_file()] == []
    assert [each for each in environment.requirements if "://" in each or "@" in each] == []


def test_what_cannot_be_installed_is_named() -> None:
    """A package that no registry has is a reason to skip, told by its name."""
    missing = Environment("missing", requirements=("spanwright-no-such-package==1.0",), sources=())
    with pytest.raises(NotInstallableError, match="spanwright-no-such-package"):
        missing.python()


def test_floors_come_from_the_extras() -> None:
    """The oldest supported versions are written once, in the extras."""
    (openai,) = [pin for pin in Environment("x", floors=("openai",)).pins() if pin.startswith("openai")]
    assert openai.startswith("openai==1.")
