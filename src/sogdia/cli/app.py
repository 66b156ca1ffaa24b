"""The application and its verbs. Nothing heavy is imported before a verb runs."""

from __future__ import annotations

import contextlib
import os
import sys

import typer

from sogdia.cli import (
    appraise,
    bottleneck,
    document,
    energy,
    evidence,
    fibre,
    finance,
    index,
    passengers,
    people,
    portfolio,
    queue,
    rank,
    replay,
    routes,
    runs,
    scenarios,
    serve,
    timeline,
    trade,
)

__all__ = ["app", "run"]

app = typer.Typer(
    name="sogdia",
    help=(
        "What happens to the connectivity between China and Central Asia if ...?\n\n"
        "Start with:  sogdia appraise cku-railway"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    appraise,
    document,
    routes,
    queue,
    bottleneck,
    rank,
    portfolio,
    trade,
    replay,
    people,
    passengers,
    fibre,
    energy,
    finance,
    timeline,
    index,
    evidence,
    scenarios,
    runs,
    serve,
):
    module.register(app)


def version(show: bool) -> None:
    """Print the version and stop."""
    if show:
        from sogdia.results.manifest import sogdia_version

        typer.echo(f"sogdia {sogdia_version()}")
        raise typer.Exit


@app.callback()
def options(
    show_version: bool = typer.Option(
        False, "--version", callback=version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Options of every verb."""
    del show_version


def run(arguments: list[str] | None = None) -> int:
    """Run with some arguments; the exit code: 0 good, 1 not solved, 2 usage, 3 invalid input."""
    from sogdia.core.errors import InvalidInput, SogdiaError

    try:
        found = app(args=arguments, standalone_mode=False)
    except SogdiaError as error:
        typer.echo(str(error), err=True)
        return error.exit_code
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("stopped", err=True)
        return 130
    except BrokenPipeError:
        _leave_stdout()
        return 0
    except OSError as error:
        # A folder that is not there, a full disk, a file that may not be written.
        _leave_stdout()
        typer.echo(_file_error(error), err=True)
        return InvalidInput.exit_code
    except MemoryError:
        typer.echo("this needs more memory than there is; ask for less at once", err=True)
        return InvalidInput.exit_code
    except Exception as error:
        usage = _usage_error(error)
        if usage is None:
            raise
        typer.echo(usage, err=True)
        return 2
    return found if isinstance(found, int) else 0


def _leave_stdout() -> None:
    """Point stdout elsewhere, so that what is left in its buffer fails no more at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _file_error(error: OSError) -> str:
    """What could not be read or written, and why, in one line."""
    # A file is written under another name first; the second name is the one that was asked for.
    name = error.filename2 or error.filename
    where = "output" if name is None else str(name)
    return f"{where}: {error.strerror or error}"


def _usage_error(error: Exception) -> str | None:
    """The text of a usage error of the command-line library, or None when it is another error."""
    message = getattr(error, "format_message", None)
    if message is None:
        return None
    if type(error).__name__ == "NoArgsIsHelpError":
        return message()
    context = getattr(error, "ctx", None)
    where = f"{context.command_path}: " if context is not None else ""
    help_line = f"\nTry: {context.command_path} --help" if context is not None else ""
    return f"{where}{message()}{help_line}"
