"""Where the evidence base and the scenarios that ship with Sogdia lie.

In a wheel they are inside the package; in a checkout they are the folders of the same name at
its root, so that an edit to a claim is seen at once.
"""

from __future__ import annotations

import os
from pathlib import Path

from sogdia.core.errors import InvalidInput, Problem

__all__ = ["shipped_folder"]

PACKAGE = Path(__file__).resolve().parent.parent


def shipped_folder(name: str) -> Path:
    """The folder `evidence` or `scenarios`.

    The environment variables ``SOGDIA_EVIDENCE`` and ``SOGDIA_SCENARIOS`` point elsewhere.
    """
    override = os.environ.get(f"SOGDIA_{name.upper()}")
    tried = (
        [Path(override)] if override else [PACKAGE / "shipped" / name, PACKAGE.parents[1] / name]
    )
    for folder in tried:
        if folder.is_dir():
            return folder
    raise InvalidInput(
        [
            Problem(
                where=f"the {name} folder",
                what="not found",
                got=", ".join(map(str, tried)),
                allowed="a folder",
                fix=f"reinstall sogdia, or set SOGDIA_{name.upper()} to the folder",
            )
        ]
    )
