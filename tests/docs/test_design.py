"""The design page says what is held, and the layers it draws are kept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESIGN = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
LAWS = 13


def laws() -> dict[int, str]:
    """The numbered laws, each with what stands below it."""
    part = DESIGN.split("## Laws")[1].split("\n## ")[0]
    found = re.split(r"^(\d+)\. ", part, flags=re.MULTILINE)[1:]
    return {int(number): text for number, text in zip(found[::2], found[1::2], strict=True)}


def layers() -> list[str]:
    """The contract of the linter, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    named = next(c for c in contracts if c["type"] == "layers")["layers"]
    return [name for layer in named for name in re.split(r"\s*[|:]\s*", layer)]


def test_every_law_cites_a_test_or_says_there_is_none() -> None:
    found = laws()
    assert list(found) == list(range(1, LAWS + 1))
    assert [
        n for n, text in found.items() if "::test_" not in text and "no test yet" not in text
    ] == []


def test_the_diagram_draws_the_layers_of_the_linter() -> None:
    assert re.findall(r"^(sogdia\.[\w.]+)", DESIGN, flags=re.MULTILINE) == layers()


def test_no_import_points_upwards() -> None:
    """Every import of the package is read off its source and held against the layers."""
    order = layers()
    source = ROOT / "src"
    upward: list[str] = []
    for file in sorted((source / "sogdia").rglob("*.py")):
        here = _layer(".".join(file.relative_to(source).with_suffix("").parts), order)
        if here is None:
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            asked = re.match(r"\s*(?:from|import) (sogdia[\w.]*)", line)
            there = _layer(asked[1], order) if asked else None
            if there is not None and there < here:
                upward.append(f"{file.relative_to(source)}: {line.strip()}")
    assert upward == []


def _layer(module: str, order: list[str]) -> int | None:
    found = [i for i, name in enumerate(order) if module == name or module.startswith(f"{name}.")]
    return found[0] if found else None
