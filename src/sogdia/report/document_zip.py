"""Office files are ZIP archives that carry the time of writing; here they carry the run's."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

__all__ = ["settled"]

CORE = "docProps/core.xml"
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def settled(archive: bytes, when: datetime) -> bytes:
    """The same archive with every time set to `when`, so that a run gives the same bytes again."""
    told = when.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = source.read(name)
            if name == CORE:
                content = STAMP.sub(lambda m: m[1] + told + m[3], content)
            entry = zipfile.ZipInfo(name, (max(when.year, 1980), *when.timetuple()[1:6]))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return made.getvalue()
