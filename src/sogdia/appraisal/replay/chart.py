"""Modelled against observed trade as one SVG picture: a panel a country, years by logarithm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from sogdia.core.states import FIVE, TOGETHER
from sogdia.core.table import Table

__all__ = ["trade_page", "trade_picture"]

WIDTH, HEIGHT, COLUMNS = 300, 210, 3
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 26, 24
NAMES = {
    "KAZ": "Kazakhstan", "KGZ": "Kyrgyzstan", "TJK": "Tajikistan", "TKM": "Turkmenistan",
    "UZB": "Uzbekistan", TOGETHER: "The five together",
}  # fmt: skip
STYLE = (
    "text{font:11px sans-serif;fill:#333}.name{font-weight:bold;font-size:12px}"
    ".grid{stroke:#ddd}.line{fill:none;stroke:#1f5f8b;stroke-width:1.8}"
    ".band{fill:#1f5f8b;opacity:.18}.china{fill:#b5401a}.partner{fill:#fff;stroke:#b5401a}"
)


def trade_picture(trade: Table) -> str:
    """The picture of the table replay_trade.

    The line is modelled in the variant reported by China, with its band; filled points are what
    China reports, hollow ones what the partner reports.
    """
    rows = list(trade.rows())
    panels = [_panel(rows, c, i) for i, c in enumerate((*FIVE, TOGETHER))]
    deep = -(-len(panels) // COLUMNS)
    width, height = WIDTH * COLUMNS, HEIGHT * deep + 22
    legend = (
        "line: modelled, with 5-95 % of draws; filled points: reported by China; "
        "hollow points: reported by the partner; million USD of the year, both directions"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>Trade between China and Central Asia, modelled against observed</title>"
        f"<style>{STYLE}</style>{''.join(panels)}"
        f'<text x="{LEFT}" y="{height - 6}">{escape(legend)}</text></svg>\n'
    )


def _panel(rows: Sequence[dict[str, Any]], country: str, number: int) -> str:
    own = [r for r in rows if r["country"] == country]
    line = [r for r in own if r["variant"] == "china" and r["modelled_usd_per_y"] is not None]
    seen = [r for r in own if r["observed_usd_per_y"] is not None]
    values = [r["modelled_usd_per_y"] for r in line] + [r["observed_usd_per_y"] for r in seen]
    dx, dy = WIDTH * (number % COLUMNS), HEIGHT * (number // COLUMNS)
    head = f'<g transform="translate({dx} {dy})"><text class="name" x="{LEFT}" y="16">'
    head += f"{NAMES[country]}</text>"
    if not values:
        return f'{head}<text x="{LEFT}" y="60">nothing modelled or observed</text></g>'
    low = math.floor(math.log10(min(values) / 1e6))
    high = math.ceil(math.log10(max(values) / 1e6))
    first, last = min(r["year"] for r in own), max(r["year"] for r in own)

    def x(year: int) -> float:
        return LEFT + (year - first) / max(last - first, 1) * (WIDTH - LEFT - RIGHT)

    def y(usd: float) -> float:
        share = (math.log10(usd / 1e6) - low) / max(high - low, 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [head]
    for power in range(low, high + 1):
        at = y(10.0**power * 1e6)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 4}" y="{at + 4:.1f}" text-anchor="end">')
        parts.append(f"{10.0**power:,.0f}</text>" if power >= 0 else f"{10.0**power:g}</text>")
    for year in (first, last):
        anchor = "start" if year == first else "end"
        parts.append(f'<text x="{x(year):.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">')
        parts.append(f"{year}</text>")
    banded = [r for r in line if r["modelled_low_usd_per_y"] is not None]
    if banded:
        up = [f"{x(r['year']):.1f},{y(r['modelled_high_usd_per_y']):.1f}" for r in banded]
        down = [f"{x(r['year']):.1f},{y(r['modelled_low_usd_per_y']):.1f}" for r in banded[::-1]]
        parts.append(f'<polygon class="band" points="{" ".join(up + down)}"/>')
    points = " ".join(f"{x(r['year']):.1f},{y(r['modelled_usd_per_y']):.1f}" for r in line)
    parts.append(f'<polyline class="line" points="{points}"/>')
    for r in seen:
        at = f'cx="{x(r["year"]):.1f}" cy="{y(r["observed_usd_per_y"]):.1f}"'
        parts.append(f'<circle class="{r["variant"]}" {at} r="3"/>')
    return "".join(parts) + "</g>"


def trade_page(picture: str, tables: Sequence[Table], note: str) -> str:
    """A page with the picture and the tables under it."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'><title>Replay</title>",
        "<style>body{font:15px sans-serif;max-width:960px;margin:2em auto;padding:0 1em}",
        "table{border-collapse:collapse;font-size:13px}td,th{padding:2px 8px;text-align:right;",
        "border-bottom:1px solid #ddd}svg{width:100%}div{overflow-x:auto}</style>",
        f"<h1>Modelled against observed</h1>{picture}<p>{escape(note)}</p>",
    ]
    for table in tables:
        names = [c.name for c in table.schema.columns]
        parts.append(f"<h2>{escape(table.schema.name)}</h2><div><table><tr>")
        parts += [f"<th>{escape(n)}</th>" for n in names]
        for row in table.rows():
            cells = "".join(f"<td>{escape(_text(row[n]))}</td>" for n in names)
            parts.append(f"</tr><tr>{cells}")
        parts.append("</tr></table></div>")
    return "".join(parts) + "</html>\n"


def _text(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
    return str(value)
