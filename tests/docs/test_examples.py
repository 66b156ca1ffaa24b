"""Examples run and check their own numbers; what the pages take from the code is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs_generate import generate

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


GENERATED = [p for p in generate.markdown_files() if generate.PART.search(p.read_text("utf-8"))]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_an_example_runs_and_checks_its_own_number(example: Path, here: Path) -> None:
    lines = example.read_text(encoding="utf-8").rstrip().splitlines()
    assert re.match(r"assert .+ == ", lines[-1]), "an example ends in an assert on its number"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=here, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("page", GENERATED, ids=_name)
def test_what_a_page_takes_from_the_code_is_up_to_date(page: Path, here: Path) -> None:
    for found in generate.PART.finditer(page.read_text(encoding="utf-8")):
        if found["name"] == "headline":
            continue  # needs a run; test_blocks.py has it
        made = generate.GENERATORS[found["name"]]()
        assert found["body"].splitlines() == made.splitlines(), (
            f"the part {found['name']} has changed: run `python docs/generate.py`"
        )
