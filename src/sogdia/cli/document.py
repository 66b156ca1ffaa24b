"""document: a finished run as HTML, DOCX, XLSX, PDF, a map, GeoPackage or IAMC CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sogdia.cli.output import print_json, say

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(document)


def document(
    run: Annotated[str, typer.Argument(help="A run id or scenario id.")],
    format: Annotated[
        str | None,
        typer.Option(help="html, docx, xlsx, pdf, svg, png, gpkg or iamc.csv; by the file's name."),
    ] = None,
    language: Annotated[str, typer.Option(help="en, ru or zh.")] = "en",
    kind: Annotated[str, typer.Option(help="full, or a brief of two pages.")] = "full",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file; <id>.<format> by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a document of a finished run, in English, Russian or Chinese.

    Example:  sogdia document cku-railway --format docx --language ru --kind brief
    """
    from sogdia.appraisal.run import Appraisal, default_store, scenario_of
    from sogdia.evidence.base import open_evidence
    from sogdia.report.documents import FORMATS, check, font_warning, format_of, write

    store, evidence = default_store(), open_evidence()
    chosen = format or ("html" if output is None else format_of(output))
    check(chosen, language, kind)
    found = store.find(run)
    if found.manifest.baseline is None:
        raise typer.BadParameter(f"{run} is a baseline; name the run of a scenario")
    scenario = scenario_of(found, evidence)
    baseline = store.find(found.manifest.baseline)
    appraisal = Appraisal(
        scenario=scenario, baseline=baseline, run=found, cached=True, wall_time_s=0.0
    )
    file = output if output is not None else Path(f"{scenario.id}{FORMATS[chosen][1]}")
    write(appraisal, file, chosen, language=language, kind=kind, evidence=evidence)
    warning = font_warning(chosen, language)
    if as_json:
        print_json(
            {
                "run": found.id, "file": str(file), "format": chosen, "language": language,
                "kind": kind, "media_type": FORMATS[chosen][0], "bytes": file.stat().st_size,
                "warning": warning or None,
            }
        )  # fmt: skip
    else:
        say(f"wrote {file}")
    if warning:
        typer.echo(f"warning: {warning}", err=True)
