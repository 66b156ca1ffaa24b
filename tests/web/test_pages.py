"""The pages as files: texts in every language, nothing from elsewhere, colours that can be read."""

from __future__ import annotations

import csv
import itertools
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sogdia.core.language import entries
from sogdia.core.shipped import shipped_folder
from sogdia.evidence.base import open_evidence
from sogdia.scenario.kinds import MEASURE_KINDS
from sogdia.scenario.measures import SINGULAR
from sogdia.web.backtest import plan_rows

PAGES = Path(str(resources.files("sogdia"))) / "web" / "pages"
SCRIPTS = sorted((PAGES / "js").glob("*.js"))
STYLES = sorted((PAGES / "styles").glob("*.css"))
SHELL = PAGES / "index.html"
OTHERS = ("ru", "zh")

LITERAL = re.compile(
    r"""\bt\(\s*"([\w.-]+)"|\bkey: "(map\.[\w.-]+)"|"((?:routes|form|results)\.[\w.]+)\""""
)
MADE = re.compile(r"\b(t|word)\(\s*`([^`]+)`")
"""A key made at run time: the part before the first hole is what it begins with."""
FILLED = re.compile(r"\{(\w+)\}")


def keys_used() -> dict[str, str]:
    """Every key written out in a page or script, with the file it is in."""
    found: dict[str, str] = {}
    for file in SCRIPTS:
        for groups in LITERAL.findall(file.read_text(encoding="utf-8")):
            found |= {key: file.name for key in groups if key}
    for key in re.findall(r'data-key(?:-label)?="([\w.]+)"', SHELL.read_text(encoding="utf-8")):
        found[key] = SHELL.name
    return found


def forms(entry: str | tuple[str, ...]) -> tuple[str, ...]:
    return entry if isinstance(entry, tuple) else (entry,)


def test_every_key_used_in_a_page_is_in_english():
    known = entries("en", "interface")
    lost = {key: file for key, file in keys_used().items() if key not in known}
    assert len(keys_used()) > 150
    assert not lost, f"keys of the pages that English lacks: {lost}"


def test_every_key_made_at_run_time_begins_as_some_key_does():
    known = entries("en", "interface")
    begun = {
        (file.name, made.split("${")[0])
        for file in SCRIPTS
        for _, made in MADE.findall(file.read_text(encoding="utf-8"))
    }
    assert begun
    assert not [b for b in begun if not any(key.startswith(b[1]) for key in known)]


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_every_key_of_english_and_no_other(code: str):
    english, other = entries("en", "interface"), entries(code, "interface")
    assert not set(english) - set(other), "keys that the language lacks"
    assert not set(other) - set(english), "keys that English lacks"


@pytest.mark.parametrize("code", OTHERS)
def test_a_text_has_the_same_places_to_fill_in_every_language(code: str):
    other = entries(code, "interface")
    for key, entry in entries("en", "interface").items():
        wanted = set(FILLED.findall(" ".join(forms(entry))))
        assert set(FILLED.findall(" ".join(forms(other[key])))) == wanted, key


def test_every_measure_and_what_it_acts_on_has_a_title_in_the_form():
    known = entries("en", "interface")
    targets = {t for kind in MEASURE_KINDS.values() for t in kind.targets}
    assert targets <= set(SINGULAR)
    lost = [f"measure.{k}" for k in MEASURE_KINDS] + [f"target.{t}" for t in targets]
    assert not [key for key in lost if key not in known], (
        "add them to interface.po, in each language"
    )


def test_words_on_past_traffic_are_in_every_language():
    """Evidence is in English: titles, ends and notes of the backtest have a key made of it."""
    base = open_evidence()
    transit = base.registry("transit_times")
    told = {r["title"] for r in plan_rows(base)} | {r["note"] for r in plan_rows(base)}
    told |= {r[k] for r in transit for k in ("origin", "destination", "mode", "kind")}
    told |= {part for r in transit for part in r["ground"].split("; ")}
    for code in ("en", *OTHERS):
        known = entries(code, "interface")
        keys = {f"past.{re.sub('[^a-z0-9]+', '-', t.lower()).strip('-')}": t for t in told if t}
        assert not [t for key, t in keys.items() if key not in known], code
        stale = {k for k in known if k.startswith("past.")} - set(keys)
        assert stale == {"past.no-replay-of-the-history-is-in-the-store-sogdia-replay"}


def test_english_names_every_place_as_the_evidence_does_and_others_name_only_those():
    """Russian and Chinese lack some small stations and posts: those are shown in English."""
    named: dict[str, str] = {}
    for table in ("economies", "zones", "posts", "places"):
        path = shipped_folder("evidence") / "entities" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            named |= {r["id"]: r["name"] for r in csv.DictReader(stream)}
    english = entries("en", "places")
    assert not set(named) - set(english), "ids of the evidence without an English name"
    differ = {i for i, name in named.items() if english[i] != name}
    assert differ <= {"TUR"}, "the ledger of economies writes Turkiye without its accent"
    share: dict[str, float] = {}
    for code in OTHERS:
        own = entries(code, "places")
        assert set(own) <= set(english)
        share[code] = len(own) / len(english)
    assert share["ru"] > 0.95
    assert share["zh"] > 0.7
    for code in OTHERS:
        countries = {i for i in english if len(i) == 3}
        assert countries <= set(entries(code, "places")), "every country has a name"


def test_nothing_on_a_page_comes_from_elsewhere():
    """No address of another host; the name spaces of SVG are names and not fetched."""
    allowed = {"http://www.w3.org/2000/svg"}
    for file in (SHELL, *SCRIPTS, *STYLES):
        text = file.read_text(encoding="utf-8")
        assert not set(re.findall(r"https?://[\w.-]+[\w./-]*", text)) - allowed, file.name
        assert "@import" not in text, file.name
        assert "url(" not in text, file.name


def test_text_from_outside_never_becomes_markup():
    for file in SCRIPTS:
        text = file.read_text(encoding="utf-8")
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ):
            assert way not in text, f"{file.name} uses {way}"


def test_the_shell_has_no_script_of_its_own():
    """The policy of the server allows scripts from files only."""
    text = SHELL.read_text(encoding="utf-8")
    assert not re.findall(r"<script(?![^>]*\bsrc=)", text)
    assert not re.findall(r"\son\w+=", text)


# Colours


def colours() -> dict[str, dict[str, NDArray[np.float64]]]:
    """Colours of the style sheet by scheme and name, linear sRGB."""
    text = (PAGES / "styles" / "base.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", text, flags=re.DOTALL)
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for scheme, block in zip(("light", "dark"), blocks, strict=True):
        found[scheme] = {
            name: linear(value) for name, value in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)
        }
    return found


def linear(code: str) -> NDArray[np.float64]:
    c = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """WCAG 2.2 contrast ratio of two linear colours."""
    light, dark = sorted((float(np.dot((0.2126, 0.7152, 0.0722), c)) for c in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_black_on_white():
    """WCAG 2.2: black on white is 21, a colour on itself is 1."""
    assert contrast(linear("#000000"), linear("#ffffff")) == pytest.approx(21.0)
    assert contrast(linear("#777777"), linear("#777777")) == pytest.approx(1.0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_aa_on_every_ground_and_lines_on_land(scheme: str):
    """WCAG 2.2 AA: 4.5 for text, 3 for lines and signs."""
    c = colours()[scheme]
    for ink, ground in itertools.product(
        ("ink", "quiet", "accent", "bad", "good", "more", "less"), ("paper", "raised", "sunk")
    ):
        assert contrast(c[ink], c[ground]) >= 4.5, (ink, ground)
    assert contrast(c["on-accent"], c["accent"]) >= 4.5
    lines = (
        "gauge-1435",
        "gauge-1520",
        "gauge-1676",
        "gauge-mixed",
        "road",
        "accent",
        "ink",
        "edge",
    )
    for line, ground in itertools.product(lines, ("land", "water")):
        assert contrast(c[line], c[ground]) >= 3.0, (line, ground)


DEFICIENCY = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
"""Machado, Oliveira, Fernandes (2009), table 1, severity 1.0, on linear sRGB."""


def lab(c: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB of a linear colour, D65."""
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ c
    )
    f = np.cbrt(np.clip(xyz / np.array([0.9505, 1.0, 1.089]), 1e-6, None))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", list(DEFICIENCY))
def test_gauges_and_more_or_less_stay_apart_for_colour_blind_readers(scheme: str, kind: str):
    """Colours of solid lines differ by 15 of CIELAB or more; the others have a dash of their own."""
    c = colours()[scheme]
    seen = {n: lab(np.clip(np.array(DEFICIENCY[kind]) @ c[n], 0, 1)) for n in c}
    for a, b in (("gauge-1435", "gauge-1520"), ("more", "less")):
        assert float(np.linalg.norm(seen[a] - seen[b])) > 15.0, (a, b)
    script = (PAGES / "js" / "map_layers.js").read_text(encoding="utf-8")
    for name in ("rail-1676", "rail-mixed"):
        assert re.search(rf'id: "{name}".*dash: ', script), name
