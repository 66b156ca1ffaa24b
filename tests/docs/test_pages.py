"""What the documentation names exists, and what exists is named."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from docs_generate import generate

import sogdia
from sogdia.scenario.kinds import MEASURE_KINDS
from sogdia.scenario.read import shipped_scenarios

ROOT = Path(__file__).resolve().parents[2]


PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
ALL = "\n".join(TEXTS.values())
GUIDES = "\n".join(t for p, t in TEXTS.items() if "reference" not in p.parts)

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
PATH = re.compile(
    r"(?<![\w./-])((?:src|docs|tests|evidence|scenarios|scripts|examples|bench)/[\w./-]*[\w/])(?![\w*<])"
)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
VERB = re.compile(r"(?:^|`)sogdia ([a-z]+)", re.MULTILINE)


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_names_no_missing_file(page: Path) -> None:
    text = TEXTS[page]
    links = [page.parent / t for t in LINK.findall(text) if not re.match(r"[a-z]+:", t)]
    paths = [ROOT / p for p in PATH.findall(text)]
    assert [str(p) for p in [*links, *paths] if not p.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_names_no_unknown_verb_and_no_missing_test(page: Path) -> None:
    text = TEXTS[page]
    assert set(VERB.findall(text)) - set(generate.verbs()) - {"stands"} == set()
    assert [f"{f}::{name}" for f, name in TEST.findall(text) if name not in _tests_of(f)] == []


def _tests_of(file: str) -> set[str]:
    path = ROOT / file
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_verb_is_in_a_guide() -> None:
    assert [v for v in generate.verbs() if f"sogdia {v}" not in GUIDES] == []


def test_every_scenario_and_public_name_is_documented() -> None:
    assert [s for s in shipped_scenarios() if not re.search(rf"(?<![\w-]){s}(?![\w-])", ALL)] == []
    assert [n for n in sogdia.__all__ if not re.search(rf"`{n}`|sg\.{n}\b", ALL)] == []


def test_what_is_counted_is_counted_right() -> None:
    scenarios, kinds = len(shipped_scenarios()), len(MEASURE_KINDS)
    assert f"{scenarios} shipped" in TEXTS[ROOT / "README.md"]
    assert f"{kinds} kinds of measure" in TEXTS[ROOT / "CHANGELOG.md"]
    assert f"{scenarios} scenarios" in TEXTS[ROOT / "CHANGELOG.md"]


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {(ROOT / t).resolve() for t in LINK.findall(TEXTS[ROOT / "README.md"])}
    assert [_name(p) for p in PAGES if p.name != "README.md" and p not in linked] == []


def test_no_page_names_a_place_on_one_machine() -> None:
    found = [
        (_name(page), line)
        for page, text in TEXTS.items()
        for line in text.splitlines()
        if re.search(r"(?<![\w.])/(?:work|home|root|Users|tmp)/|\b[A-Z]:\\", line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "script", sorted(p for p in (ROOT / "scripts").iterdir() if p.suffix in {"", ".sh"})
)
def test_the_scripts_of_the_readme_are_shell(script: Path) -> None:
    if script.is_file():
        assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_the_version_and_licence_are_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {project['version']}" in citation
    assert f"license: {project['license']}" in citation
    assert project["version"] in TEXTS[ROOT / "CHANGELOG.md"]
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")[:200]
