"""PDF and PNG by a Chromium of the system, without a network and without a profile of its own.

Chromium is not a Python package and is found on the path. Every call has a new, empty profile in
a temporary folder, so that nothing of the user's browser is read or written.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from sogdia.core.errors import SogdiaError

__all__ = [
    "BROWSERS", "BrowserFailed", "NoBrowser", "browser", "lacks_letters", "pdf_of", "png_of",
]  # fmt: skip

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 90.0
FONT_LIST = "fc-list"
FONT_LIST_S = 20.0
FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
    "--disable-extensions", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--mute-audio", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-color-profile=srgb", "--blink-settings=preferredColorScheme=1",
)  # fmt: skip
DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)(\d{14})([+-]\d{2}'\d{2}')?")


class NoBrowser(SogdiaError):
    """No Chromium was found on this machine."""

    exit_code = 2

    def __init__(self, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs Chromium, and none of {', '.join(BROWSERS)} is on the path. "
            "Install it with:\n    apt-get install chromium\n"
            "Without it: HTML, DOCX (without pictures), XLSX, SVG, GeoPackage and CSV work."
        )


class BrowserFailed(SogdiaError):
    """Chromium was found and gave no file."""


def browser(purpose: str) -> str:
    """Path of the first browser found.

    Raises
    ------
    NoBrowser
        When there is none.
    """
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise NoBrowser(purpose)


def lacks_letters(code: str) -> bool:
    """Whether no font of this machine has the letters of a language, as far as it can be told.

    Chromium draws with the fonts of the system. What no font has becomes an empty box.
    """
    command = shutil.which(FONT_LIST)
    if command is None:
        return False
    try:
        found = subprocess.run(
            [command, f":lang={code}", "family"], capture_output=True, timeout=FONT_LIST_S,
            check=True,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        return False
    return not found.stdout.strip()


def pdf_of(html: str, when: datetime) -> bytes:
    """A page printed; its dates are those of the run, so that the same page gives the same bytes.

    Raises
    ------
    NoBrowser, BrowserFailed
    """
    made = _run(html, ".html", ["--no-pdf-header-footer"], "--print-to-pdf", "PDF")
    stamp = when.strftime("%Y%m%d%H%M%S").encode()
    return DATES.sub(lambda m: m[1] + stamp + (b"+00'00'" if m[3] else b""), made)


def png_of(svg: str, width: int, height: int, *, scale: float = 2.0) -> bytes:
    """A picture of an SVG of that size in CSS pixels; `scale` device pixels each.

    Raises
    ------
    NoBrowser, BrowserFailed
    """
    page = (
        "<!DOCTYPE html><meta charset='utf-8'><style>body{margin:0;background:#fff}"
        f"svg{{display:block}}</style>{svg[svg.index('<svg') :]}"
    )
    options = [f"--window-size={width},{height}", f"--force-device-scale-factor={scale:g}"]
    return _run(page, ".html", options, "--screenshot", "PNG")


def _run(page: str, suffix: str, options: list[str], action: str, purpose: str) -> bytes:
    command = browser(purpose)
    with tempfile.TemporaryDirectory(prefix="sogdia-") as folder:
        source, target = Path(folder) / f"page{suffix}", Path(folder) / f"made.{purpose.lower()}"
        source.write_text(page, "utf-8")
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        profile = Path(folder) / "profile"
        arguments = [
            command, *FLAGS, *root, f"--user-data-dir={profile}", *options,
            f"{action}={target}", source.as_uri(),
        ]  # fmt: skip
        home = os.environ | {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
        try:
            done = subprocess.run(
                arguments, capture_output=True, timeout=TIMEOUT_S, check=False, env=home
            )
        except subprocess.TimeoutExpired as error:
            raise BrowserFailed(f"{command} gave no {purpose} within {TIMEOUT_S:g} s") from error
        if not target.is_file():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            last = said[-1] if said else f"exit code {done.returncode}"
            raise BrowserFailed(f"{command} gave no {purpose}: {last}")
        return target.read_bytes()
