"""It keeps the shape that the README promises."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = {"home", "minutes", "glossary"}
FOLDERS = {"site", "home", "minutes", "glossary", "static", "tests", "docs", ".ci"}
FILES = {"manage.py", "requirements.txt", "README.md", "Makefile", "pyproject.toml", ".gitignore"}


def tracked():
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [line for line in done.stdout.splitlines() if line]


def imported(path):
    """The top-level packages that a module imports, wherever in it, and what templates load."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


def test_it_has_no_package_file_in_site():
    assert not (ROOT / "site" / "__init__.py").exists()
    assert (ROOT / "site" / "config" / "__init__.py").exists()


def test_it_keeps_site_in_git_and_var_out():
    files = tracked()
    assert "site/config/settings.py" in files
    assert not [name for name in files if name.startswith("var/")]
    assert "/var" in (ROOT / ".gitignore").read_text().split()


def test_it_has_no_other_top_level_thing():
    tops = {name.split("/")[0] for name in tracked()}
    assert tops - FOLDERS - FILES == set()
    assert tops >= SECTIONS | {"site", "manage.py"}


def test_it_imports_no_section_from_site():
    found = []
    for path in (ROOT / "site").rglob("*.py"):
        if "migrations" in path.parts or path.is_relative_to(ROOT / "site" / "config"):
            continue
        found += [f"{path.name}: {name}" for name in imported(path) if name in SECTIONS]
    assert found == []
    # The same look does find imports of sections where they are allowed.
    assert "minutes" in set(imported(ROOT / "home" / "overview.py"))


def test_it_loads_no_tags_of_a_section_in_site():
    loads = [
        path
        for path in (ROOT / "site").rglob("*.html")
        for line in path.read_text().splitlines()
        if "{% load" in line and any(f"{section}_tags" in line for section in SECTIONS)
    ]
    assert loads == []


def test_it_names_no_model_of_a_section_in_site():
    named = [
        path
        for path in (ROOT / "site").rglob("*.py")
        if "migrations" not in path.parts and not path.is_relative_to(ROOT / "site" / "config")
        for section in SECTIONS
        if f'get_model("{section}' in path.read_text()
    ]
    assert named == []
