"""Every block of the documentation runs, in order, in one empty folder a page."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from docs_generate import generate

ROOT = Path(__file__).resolve().parents[2]


PAGES = [
    *(p for p in sorted(ROOT.glob("*.md")) if p.name != "DESIGN.md"),
    *sorted((ROOT / "docs").rglob("*.md")),
]
SLOW = {
    "docs/how-to/two-dates.md", "docs/how-to/northern-route.md", "docs/how-to/post-closes.md",
    "docs/how-to/faster-borders.md", "docs/how-to/caspian-ships.md",
}  # fmt: skip
"""Pages whose appraisals take half a minute and more: ``sh scripts/test -m slow``."""

PROSE = {"text"}
"""Languages that are shown and not run."""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(p, id=_name(p), marks=[pytest.mark.slow] if _name(p) in SLOW else [])
        for p in PAGES
    ],
)
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
        elif found := generate.OUTPUT_MARK.fullmatch(mark):
            made = generate.output_of(found["command"], found["lines"])
            assert text.splitlines() == made.splitlines(), (
                "the pasted output has changed: run `python docs/generate.py`, and say in "
                f"CHANGELOG.md which number moved and why\n{made}"
            )
        elif language == "toml":
            tomllib.loads(text)
            if mark.startswith("file: "):
                (here / mark.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif language == "python":
            scripts.append(text)
        else:
            assert language in PROSE, f"a block in {language or 'no language'}: {text[:80]}"
    if scripts:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", "\n".join(scripts)],
            cwd=here, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip(), "the Python of the page prints nothing"


def test_the_headline_numbers_of_the_changelog_are_those_of_now(here: Path) -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    kept = {found["name"]: found["body"] for found in generate.PART.finditer(text)}
    assert kept["headline"].splitlines() == generate.headline().splitlines(), (
        "a headline number has moved: run `python docs/generate.py` and say why in CHANGELOG.md"
    )
