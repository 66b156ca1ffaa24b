"""Every block of the documentation runs, in order, in one empty folder a page."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _generate()
PAGES = [
    *(p for p in sorted(ROOT.glob("*.md")) if p.name != "DESIGN.md"),
    *sorted((ROOT / "docs").rglob("*.md")),
]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PROSE = {"text"}
"""Languages that are shown and not run."""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all pages and workers: a scenario is run once."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "docs-runs"


@pytest.fixture
def here(tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOGDIA_RUNS", str(runs))
    return tmp_path


def python(script: Path | str, folder: Path) -> str:
    """What a script prints in a process of its own."""
    asked = [str(script)] if isinstance(script, Path) else ["-c", script]
    done = subprocess.run(
        [sys.executable, "-W", "error", *asked],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_blocks_of_a_page_run(page: Path, here: Path) -> None:
    scripts: list[str] = []
    for language, text, mark in generate.blocks(page.read_text(encoding="utf-8")):
        if mark.startswith("not run:"):
            assert len(mark) > len("not run: ") + 10, f"say why this is not run: {text}"
        elif language == "sh":
            wanted = int(mark.removeprefix("exits: ")) if mark.startswith("exits: ") else 0
            for line in text.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if not words:
                    continue
                assert words[0] == "sogdia", f"{line}: only sogdia is run; mark it `not run: why`"
                code, printed = generate.run_verb(words[1:])
                assert code == wanted, f"{line}\nexit code {code}\n{printed}"
                assert printed.strip(), f"{line}\nprints nothing"
        elif language == "toml":
            tomllib.loads(text)
            if mark.startswith("file: "):
                (here / mark.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif language == "python":
            scripts.append(text)
        else:
            assert language in PROSE, f"a block in {language or 'no language'}: {text[:80]}"
    if scripts:
        assert python("\n".join(scripts), here).strip(), "the Python of the page prints nothing"


@pytest.mark.parametrize("page", list(generate.markdown_files()), ids=_name)
def test_what_is_taken_from_the_code_is_up_to_date(page: Path, here: Path) -> None:
    text = page.read_text(encoding="utf-8")
    made = generate.regenerated(text)
    differing = [
        f"has  {a}\nnow  {b}" for a, b in zip(text.splitlines(), made.splitlines(), strict=False) if a != b
    ]
    assert made == text, (
        "run `python docs/generate.py`, and say in CHANGELOG.md which number moved and why:\n"
        + "\n".join(differing[:5])
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_an_example_runs_and_checks_its_own_number(example: Path, here: Path) -> None:
    lines = example.read_text(encoding="utf-8").rstrip().splitlines()
    assert re.match(r"assert .+ == ", lines[-1]), "an example ends in an assert on its number"
    assert python(example, here).strip()
