"""Documents of one appraisal: HTML, DOCX, XLSX, PDF, pictures of the map, GeoPackage and IAMC CSV.

All are made from the same two run folders, so a figure is the same in each. The same run gives
the same bytes: times inside a file are the run's, not the clock's.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from sogdia.appraisal.run import Appraisal
from sogdia.core.errors import UnknownName
from sogdia.core.language import language as language_of
from sogdia.core.replacing import replacing
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.report import html
from sogdia.report.content import ReportContent
from sogdia.report.document_blocks import Kind, Picture
from sogdia.report.document_browser import NoBrowser, lacks_letters, pdf_of, png_of
from sogdia.report.document_layers import layers_file
from sogdia.report.document_outline import grids, map_picture, outline
from sogdia.report.document_page import page
from sogdia.report.document_picture import drawing
from sogdia.report.document_series import series_file
from sogdia.report.document_sheets import sheets_file
from sogdia.report.document_word import word_file
from sogdia.report.from_runs import report_content
from sogdia.report.words import words_in

__all__ = [
    "FORMATS",
    "KINDS",
    "Format",
    "Kind",
    "check",
    "font_warning",
    "format_of",
    "render",
    "render_content",
    "write",
]

Format = Literal["html", "docx", "xlsx", "pdf", "svg", "png", "gpkg", "iamc.csv"]

_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "html": ("text/html; charset=utf-8", ".html"),
        "docx": (f"{_OFFICE}.wordprocessingml.document", ".docx"),
        "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", ".xlsx"),
        "pdf": ("application/pdf", ".pdf"),
        "svg": ("image/svg+xml", ".svg"),
        "png": ("image/png", ".png"),
        "gpkg": ("application/geopackage+sqlite3", ".gpkg"),
        "iamc.csv": ("text/csv; charset=utf-8", ".iamc.csv"),
    }
)
"""Media type and ending of each format."""

KINDS: tuple[Kind, ...] = get_args(Kind)
"""A brief of two pages and the full report; `svg` and later formats know no difference."""

KEPT = 6
"""Contents that are kept: a run's documents are usually asked for one after the other."""


def render(
    appraisal: Appraisal,
    format: str,
    *,
    language: str = "en",
    kind: str = "full",
    evidence: EvidenceBase | None = None,
) -> bytes:
    """One document of an appraisal.

    Parameters
    ----------
    appraisal : Appraisal
        A scenario's run and its baseline's.
    format : str
        One of `FORMATS`.
    language : {"en", "ru", "zh"}
        Of headings, sentences, units, names, numbers and dates; evidence stays in the language of
        its source. ``iamc.csv`` is the same in each.
    kind : {"full", "brief"}
        Of HTML, DOCX and PDF; the others have one form.
    evidence : EvidenceBase, optional
        The shipped base when left out.

    Raises
    ------
    UnknownName
        When the format, language or kind is not known; the text says which there are.
    MissingExtra
        When DOCX, XLSX or GeoPackage is asked for without the extra `report`.
    NoBrowser
        When PDF or PNG is asked for and no Chromium is installed.
    """
    check(format, language, kind)
    if format == "iamc.csv":
        return series_file(appraisal)
    content = _content(appraisal, evidence or open_evidence(), language)
    return render_content(content, appraisal, format, kind=kind)


def render_content(
    content: ReportContent, appraisal: Appraisal, format: str, *, kind: str = "full"
) -> bytes:
    """The same from a content that is there already; the language is the content's."""
    check(format, content.language, kind)
    short: Kind = "brief" if kind == "brief" else "full"
    when = appraisal.run.manifest.created
    words = words_in(content.language)
    match format:
        case "html":
            return _page(content, short).encode("utf-8")
        case "pdf":
            return pdf_of(_page(content, short), when)
        case "docx":
            return word_file(outline(content, short), words, when, functools.partial(_png, content))
        case "xlsx":
            return sheets_file(outline(content, "full"), grids(content), words, when)
        case "gpkg":
            return layers_file(content, when)
        case "svg":
            return drawing(content, map_picture(content)).svg.encode("utf-8")
        case "png":
            found = drawing(content, map_picture(content))
            return png_of(found.svg, found.width, found.height)
        case _:
            return series_file(appraisal)


def write(
    appraisal: Appraisal,
    path: Path,
    format: str | None = None,
    *,
    language: str = "en",
    kind: str = "full",
    evidence: EvidenceBase | None = None,
) -> Path:
    """Write one document; a reader sees the old file or the whole new one, never half of it.

    Parameters
    ----------
    format : str, optional
        By the ending of `path` when left out.

    Raises
    ------
    UnknownName, MissingExtra, NoBrowser
        As `render`; the file is then as it was.
    """
    made = render(
        appraisal,
        format if format is not None else format_of(path),
        language=language,
        kind=kind,
        evidence=evidence,
    )
    with replacing(path) as temporary:
        temporary.write_bytes(made)
    return path


DRAWN_HERE = frozenset({"pdf", "png", "docx"})
"""Formats with letters drawn by this machine: all of them, or those of the pictures."""


def font_warning(format: str, language: str) -> str:
    """What a reader will not see, and what to install; "" where this machine has the letters."""
    if format not in DRAWN_HERE or not lacks_letters(language):
        return ""
    where = "pictures of the DOCX" if format == "docx" else format.upper()
    return (
        f"no font of this machine has the letters of {language!r}: in the {where} they are empty "
        "boxes. Install one and write it again:\n    apt-get install fonts-noto-cjk"
    )


def format_of(path: Path) -> str:
    """The format a file name ends in.

    Raises
    ------
    UnknownName
        When it ends in none.
    """
    for name, (_, ending) in FORMATS.items():
        if path.name.lower().endswith(ending):
            return name
    raise UnknownName(
        "document format", path.suffix.removeprefix(".") or path.name, FORMATS, hint=_FORMAT_HINT
    )


_FORMAT_HINT = f"(formats: {', '.join(FORMATS)})"


def check(format: str, language: str, kind: str) -> None:
    """Refuse what is not known, before anything is read.

    Raises
    ------
    UnknownName
        The text says which formats, kinds or languages there are.
    """
    if format not in FORMATS:
        raise UnknownName("document format", format, FORMATS, hint=_FORMAT_HINT)
    if kind not in KINDS:
        raise UnknownName("kind of document", kind, KINDS, hint=f"(kinds: {', '.join(KINDS)})")
    language_of(language)


def _page(content: ReportContent, kind: Kind) -> str:
    return html.render(content) if kind == "full" else page(content, outline(content, "brief"))


def _png(content: ReportContent, picture: Picture) -> bytes | None:
    """A picture for a text document; None without a browser, and the document says so."""
    found = drawing(content, picture, framed=False)
    try:
        return png_of(found.svg, found.width, found.height, scale=1.5)
    except NoBrowser:
        return None


_contents: dict[tuple[str, str, str, str], ReportContent] = {}
_lock = threading.Lock()


def _content(appraisal: Appraisal, evidence: EvidenceBase, language: str) -> ReportContent:
    """The content of a report; runs never change, so it is kept by their ids."""
    key = (appraisal.run.id, appraisal.baseline.id, evidence.digest, language)
    with _lock:
        found = _contents.pop(key, None)
        if found is None:
            found = report_content(appraisal, evidence, language=language)
        _contents[key] = found
        while len(_contents) > KEPT:
            del _contents[next(iter(_contents))]
    return found
