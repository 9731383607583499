"""The rules of the house, read from the source itself."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = ("semconv", "processors", "instrumentation", "analysis")
MAY_IMPORT = {
    "semconv": set(),
    "processors": {"semconv", "native"},
    "instrumentation": {"semconv"},
    "analysis": {"semconv", "processors"},
}
#: The demo's bot is an application as a user writes one: it uses what an application may use.
DEMO_APPLICATION = "spanwright_analysis.demo."
MAX_LINES = 400


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def modules(distribution: str) -> dict[str, Path]:
    """Module name -> file, for every module of a distribution."""
    source = ROOT / distribution / "src"
    found = {}
    for path in source.rglob("*.py"):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path) -> Iterator[tuple[str, bool]]:
    """(absolute module name, at import time?) of every import in a file, TYPE_CHECKING blocks left out."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]

    def walk(node: ast.AST, top: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            if isinstance(child, ast.Import):
                yield from ((alias.name, top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    above = package.split(".")[: len(package.split(".")) - child.level + 1]
                    base = ".".join([*above, base] if base else above)
                yield base, top
                yield from ((f"{base}.{alias.name}", top) for alias in child.names)
            else:
                inner = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
                yield from walk(child, top and not inner)

    yield from walk(ast.parse(path.read_text()), True)


def test_distributions_import_only_what_they_may() -> None:
    """Processors and instrumentation never import each other; semconv imports none of us."""
    wrong = []
    for distribution, allowed in MAY_IMPORT.items():
        own = {f"spanwright_{name}" for name in allowed | {distribution}}
        for name, path in modules(distribution).items():
            wrong += [
                f"{name} imports {target}"
                for target, _ in imports(name, path)
                if target.startswith("spanwright_")
                and target.partition(".")[0] not in own
                and not name.startswith(DEMO_APPLICATION)
            ]
    assert wrong == []


def test_semconv_imports_only_the_standard_library() -> None:
    """The names can be used where nothing else is installed."""
    import sys

    wrong = [
        f"{name} imports {target}"
        for name, path in modules("semconv").items()
        for target, _ in imports(name, path)
        if target.partition(".")[0] not in sys.stdlib_module_names | {"spanwright_semconv"}
    ]
    assert wrong == []


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_no_import_circles(distribution: str) -> None:
    """No module reaches itself through imports made at import time."""
    known = modules(distribution)
    edges = {
        name: {target for target, top in imports(name, path) if top and target in known and target != name}
        for name, path in known.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name in done:
            return
        for target in edges[name]:
            # A package's face imports its modules; a module that imports its own package only names siblings.
            if not name.startswith(f"{target}."):
                visit(target, (*trail, name))
        done.add(name)

    for name in known:
        visit(name, ())


def test_files_stay_short() -> None:
    """No source file over 400 lines, except generated ones."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py", "*.sh")
        if "_generated" not in path.parts and (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_catch_all_modules() -> None:
    """A module is named after what it does."""
    banned = {"utils.py", "util.py", "helpers.py", "helper.py", "wrappers.py", "common.py", "misc.py"}
    assert [str(p) for p in tracked("*.py") if p.name in banned] == []


def test_one_version_everywhere() -> None:
    """All distributions carry one version and pin each other to it."""
    versions = {}
    for folder in (".", *DISTRIBUTIONS):
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
        versions[project["name"]] = project["version"]
        extras = [d for group in project.get("optional-dependencies", {}).values() for d in group]
        for dependency in [*project["dependencies"], *extras]:
            if dependency.startswith("spanwright"):
                assert dependency.endswith(f"=={project['version']}"), (folder, dependency)
    assert len(set(versions.values())) == 1, versions


def test_every_module_with_behaviour_has_a_mirrored_test() -> None:
    """tests/<distribution>/ mirrors the source one to one."""
    missing = []
    for distribution in DISTRIBUTIONS:
        top = ROOT / distribution / "src" / f"spanwright_{distribution}"
        for path in top.rglob("*.py"):
            relative = path.relative_to(top)
            if path.name == "__init__.py" or "_generated" in relative.parts or not _has_behaviour(path):
                continue
            mirrored = ROOT / "tests" / distribution / relative.parent / f"test_{relative.name}"
            if not mirrored.exists():
                missing.append(f"{distribution}: {relative} has no {mirrored.relative_to(ROOT)}")
    assert missing == []


def _has_behaviour(path: Path) -> bool:
    return any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_the_project_is_bound_to_no_machine_and_no_mirror() -> None:
    """The lock file names no address, and no file a path of the machine it was written on."""
    assert "://" not in (ROOT / "requirements.lock").read_text()
    paths = (f"{ROOT}/", f"{Path.home()}/")
    found = []
    for path in tracked():
        if path.suffix in {".png", ".svg"}:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
            if any(each in line for each in paths if len(each) > 2)
        ]
    assert found == []
