"""The command line: prints, never computes."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line and turn our errors into messages and exit codes."""
    import sys

    from sogdia.cli.app import run

    sys.exit(run())
