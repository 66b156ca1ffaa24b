"""Charts as inline SVG, drawn by small functions; each has its text alternative.

Every chart is drawn twice, wide and narrow, because text in a scaled picture would be too small
to read on a telephone; the page shows the one that fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from sogdia.report.content import GainRow, RouteBeforeAfter, RouteOption
from sogdia.report.number import Number, number_parts, number_text
from sogdia.report.words import ENGLISH, Words

__all__ = [
    "COST",
    "INCOME",
    "Changing",
    "corridor_strip",
    "gains_chart",
    "time_split",
    "wide_and_narrow",
]

KINDS = ("line-haul", "access", "border", "gauge-change", "transfer")
WIDE = 0x2E80
"""From this code point on letters are about as wide as they are high."""
STOPS = frozenset({"border", "gauge-change", "transfer"})


def wide_and_narrow(draw: Callable[[int], Markup]) -> Markup:
    """One chart at 940 px and at 350 px; style shows one of them."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(
        draw(940), draw(350)
    )


@dataclass(frozen=True, slots=True)
class Strip:
    """Cumulative distance and time of a route at its start and after each leg."""

    km: list[float]
    p50_h: list[float]
    p90_h: list[float]


def strip_of(option: RouteOption, words: Words = ENGLISH, label: str = "") -> Strip | str:
    """Where the line of a route goes, or the reason in words why it cannot be drawn.

    The ends are the door-to-door P50 and P90 that the model gave. Between them the typical time
    is shared among the legs in proportion to their expected hours, and the distance from P50 to
    P90 grows with the square root of the sum of squares of the legs' own, as if the legs were
    independent.
    """
    label = label or option.label
    p50_h, p90_h = option.time_p50.central, option.time_p90.central
    if p50_h is None or p90_h is None:
        return words("chart.no-time", label=label)
    km, mean_h, square = [0.0], [0.0], [0.0]
    for leg in option.legs:
        length = leg.distance.central
        if length is None and leg.kind not in STOPS:
            return words("chart.no-length", label=label, name=leg.name)
        hours = leg.time.central
        if hours is None:
            return words("chart.no-hours", label=label, name=leg.name)
        spread = (leg.time_p90.central or 0.0) - (leg.time_p50.central or 0.0)
        km.append(km[-1] + (length or 0.0))
        mean_h.append(mean_h[-1] + hours)
        square.append(square[-1] + spread**2)
    share = [h / mean_h[-1] if mean_h[-1] else 0.0 for h in mean_h]
    spread_share = [
        math.sqrt(s / square[-1]) if square[-1] else f for s, f in zip(square, share, strict=True)
    ]
    return Strip(
        km,
        [p50_h * f for f in share],
        [p50_h * f + (p90_h - p50_h) * g for f, g in zip(share, spread_share, strict=True)],
    )


def corridor_strip(route: RouteBeforeAfter, width: int, words: Words = ENGLISH) -> Markup:
    """Time against distance: slopes are travel, steps are borders and transfers."""
    drawn: list[tuple[str, RouteOption, Strip]] = []
    reasons: list[str] = []
    for when, option in (("before", route.before), ("after", route.after)):
        if option is None:
            reasons.append(words("routes.missing", when=words(f"word.{when}")))
            continue
        strip = strip_of(option, words)
        if isinstance(strip, str):
            reasons.append(strip)
        else:
            drawn.append((when, option, strip))
    said = Markup("").join(Markup('<p class="note">{}.</p>').format(r) for r in reasons)
    if not drawn:
        return said
    narrow = width < 600
    height = 300 if narrow else 360
    left, right, top, bottom = 40, 14 if narrow else 118, 28, 40
    most_km = max(s.km[-1] for _, _, s in drawn)
    most_h = max(s.p90_h[-1] for _, _, s in drawn)
    km_ticks = _ticks(most_km, 4 if narrow else 7)
    h_ticks = _ticks(most_h, 5)
    span_h = max(h_ticks[-1], most_h)

    def x(km: float) -> float:
        return left + km / (most_km or 1.0) * (width - left - right)

    def y(hours: float) -> float:
        return height - bottom - hours / (span_h or 1.0) * (height - top - bottom)

    parts: list[str] = []
    for tick in h_ticks:
        parts.append(f'<path class="grid" d="M{left} {y(tick):.1f}H{width - right}"/>')
        parts.append(_text("tick", left - 6, y(tick) + 4, f"{tick:.0f}", "end"))
    for tick in km_ticks:
        if tick <= most_km:
            parts.append(
                _text(
                    "tick", x(tick), height - bottom + 18, words.language.number(tick, 0), "middle"
                )
            )
    parts.append(_text("axis", left - 36, 12, words("chart.hours")))
    parts.append(_text("axis", width - right, height - 6, words("chart.km"), "end"))
    spoken: list[str] = []
    ends: list[tuple[float, str, str]] = []
    for when, option, strip in drawn:
        forth = " ".join(
            f"{x(k):.1f},{y(h):.1f}" for k, h in zip(strip.km, strip.p90_h, strict=True)
        )
        back = " ".join(
            f"{x(k):.1f},{y(h):.1f}"
            for k, h in reversed(list(zip(strip.km, strip.p50_h, strict=True)))
        )
        parts.append(f'<polygon class="band-{when}" points="{forth} {back}"/>')
        line = " ".join(
            f"{x(k):.1f},{y(h):.1f}" for k, h in zip(strip.km, strip.p50_h, strict=True)
        )
        parts.append(f'<polyline class="line-{when}" points="{line}"/>')
        for number, leg in enumerate(option.legs, start=1):
            if leg.kind in STOPS:
                low, high = y(strip.p50_h[number - 1]), y(strip.p50_h[number])
                at = x(strip.km[number])
                label = escape(
                    words(
                        "chart.stop",
                        when=words(f"word.{when}"),
                        number=str(number),
                        name=leg.name,
                        time=number_text(leg.time, words),
                    )
                )
                middle = (low + high) / 2
                parts.append(
                    f"<g><title>{label}</title>"
                    f'<path class="step-{when}" d="M{at:.1f} {low:.1f}V{high:.1f}"/>'
                    f'<circle class="knot-{when}" cx="{at:.1f}" cy="{middle:.1f}" r="8"/>'
                    + _text(f"knot-text-{when}", at, middle + 3.6, str(number))
                    + "</g>"
                )
        spoken.append(
            words(
                "chart.spoken",
                when=words(f"word.{when}"),
                distance=number_text(option.distance, words),
                p50=number_text(option.time_p50, words),
                p90=number_text(option.time_p90, words),
                stops=", ".join(leg.name for leg in option.legs if leg.kind in STOPS),
            )
        )
        for strip_h, rank in ((strip.p50_h, "p50"), (strip.p90_h, "p90")):
            ends.append((y(strip_h[-1]), when, f"{words(f'word.{when}')} {words(f'stat.{rank}')}"))
    if not narrow:
        for place, when, text in _apart(ends, 15.0):
            end = max(x(s.km[-1]) for _, _, s in drawn)
            parts.append(_text(f"end-{when}", end + 14, place + 4, text))
    title = words("chart.strip", origin=route.origin, destination=route.destination)
    return said + _svg(width, height, title, ". ".join(spoken), parts, "strip")


def time_split(route: RouteBeforeAfter, width: int, words: Words = ENGLISH) -> Markup:
    """Expected hours by what they are spent on, before and after, as two bars.

    A figure is printed on a bar only where the option gives `time_by_kind`, which has its band;
    else the bar tells shares of the whole.
    """
    bars: list[tuple[str, dict[str, float], dict[str, str]]] = []
    for side, option in (("before", route.before), ("after", route.after)):
        when = words(f"word.{side}")
        hours = _hours_by_kind(option) if option is not None else {}
        if option is not None and hours:
            told = {str(kind): number_text(number, words) for kind, number in option.time_by_kind}
            bars.append((when, hours, told))
    if not bars:
        return Markup("")
    most = max(sum(hours.values()) for _, hours, _ in bars) or 1.0
    left, row, thick = 52, 34, 22
    parts: list[str] = []
    spoken: list[str] = []
    for position, (when, hours, told) in enumerate(bars):
        top = 4 + position * row
        parts.append(_text("row-label", 0, top + 16, when))
        at = float(left)
        for kind in KINDS:
            length = hours.get(kind, 0.0) / most * (width - left - 4)
            if length <= 0:
                continue
            share = words.language.percent(hours[kind] / sum(hours.values()), 0)
            said = told.get(kind) or words("chart.share", share=share)
            named = words(f"leg.{kind}")
            parts.append(
                f'<rect class="kind {kind}" x="{at:.1f}" y="{top}" '
                f'width="{max(length - 1.5, 0.5):.1f}" height="{thick}">'
                f"<title>{escape(f'{when}, {named}: {said}')}</title></rect>"
            )
            if kind in told and length > 7 * _length(said):
                parts.append(_text(f"kind-text {kind}", at + length / 2, top + 15.5, said))
            at += length
            spoken.append(f"{when}, {named}: {said}")
    title = words("chart.split")
    return _svg(width, 8 + row * len(bars), title, "; ".join(spoken), parts, "split")


def _hours_by_kind(option: RouteOption) -> dict[str, float]:
    """Hours by kind in the order of drawing; empty when one of them is not known."""
    pairs = option.time_by_kind or tuple((leg.kind, leg.time) for leg in option.legs)
    total: dict[str, float] = {}
    for kind, number in pairs:
        if number.central is None:
            return {}
        total[kind] = total.get(kind, 0.0) + number.central
    return {kind: total[kind] for kind in KINDS if kind in total}


@dataclass(frozen=True, slots=True)
class Changing:
    """What a chart of changes is of, as keys; `gain` is the sign of a change for the better."""

    title: str
    below: str
    above: str
    gain: int


COST = Changing("chart.cost", "chart.cheaper", "chart.costlier", -1)
INCOME = Changing("chart.income", "chart.lower", "chart.higher", 1)


def gains_chart(
    rows: Sequence[GainRow], width: int, of: Changing = COST, words: Words = ENGLISH
) -> Markup:
    """Changes by zone or country, a point with its 90 % band on a line through zero."""
    known = sorted(
        (row for row in rows if row.change.central is not None),
        key=lambda row: (-of.gain * (row.change.central or 0.0), row.zone),
    )
    if not known:
        return Markup('<p class="note">{}</p>').format(words("chart.none"))
    narrow = width < 600
    told = [
        f"{value} {unit} ({band})" + (f" \u2020 {row.change.caveat}" if row.change.caveat else "")
        for row in known
        for value, unit, band in (number_parts(row.change, words),)
    ]
    names = [f"{row.zone}, {row.country}" if row.country else row.zone for row in known]
    tight = narrow and any(
        7.2 * _length(name) + 6.6 * _length(text) > width - 24
        for name, text in zip(names, told, strict=True)
    )
    row_height, top, bottom = (56 if tight else 40 if narrow else 24), 30, 22
    left, right = (6, 6) if narrow else (190, max(190, 24 + 6.6 * max(map(_length, told))))
    height = top + bottom + row_height * len(known)
    low = min(0.0, *(_low(row.change) for row in known))
    high = max(0.0, *(_high(row.change) for row in known))
    margin = (high - low) * 0.05 or 0.01
    low, high = low - margin, high + margin

    def x(share: float) -> float:
        return left + (share - low) / (high - low) * (width - left - right)

    parts: list[str] = []
    step = _step((high - low) * 100, 4 if narrow else 7) / 100
    for tick in [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]:
        parts.append(f'<path class="grid" d="M{x(tick):.1f} {top - 4}V{height - bottom}"/>')
        sign = "\u2212" if tick < -1e-12 else "+" if tick > 1e-12 else ""
        label = f"{sign}{words.language.separated(f'{abs(tick) * 100:g}')}\u00a0%"
        parts.append(_text("tick", x(tick), height - 6, label, "middle"))
    parts.append(f'<path class="zero" d="M{x(0):.1f} {top - 8}V{height - bottom}"/>')
    if x(0) - left > 110:
        parts.append(_text("axis", x(0) - 8, top - 12, f"\u2190 {words(of.below)}", "end"))
    if width - right - x(0) > 110:
        parts.append(_text("axis", x(0) + 8, top - 12, f"{words(of.above)} \u2192"))
    spoken: list[str] = []
    for position, row in enumerate(known):
        y = top + row_height * position + (row_height - 10 if narrow else row_height / 2)
        central = row.change.central or 0.0
        name = names[position]
        if narrow:
            parts.append(_text("row-label", left, y - (29 if tight else 13), name))
            parts.append(_text("row-value", width - right, y - 13, told[position], "end"))
        else:
            parts.append(_text("row-label", left - 12, y + 4, name, "end"))
            parts.append(_text("row-value", width - right + 12, y + 4, told[position]))
        mark = "gain" if central * of.gain > 0 else "loss" if central else "flat"
        at = x(central)
        shape = (
            f'<circle class="{mark}" cx="{at:.1f}" cy="{y:.1f}" r="5"/>'
            if mark != "loss"
            else f'<rect class="loss" x="{at - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>'
        )
        ends = f"M{x(_low(row.change)):.1f} {y:.1f}H{x(_high(row.change)):.1f}"
        parts.append(f'<path class="whisker {mark}" d="{ends}"/>{shape}')
        spoken.append(f"{row.zone}: {number_text(row.change, words)}")
    return _svg(width, height, words(of.title), "; ".join(spoken), parts, "gains")


def _low(number: Number) -> float:
    return number.p05 if number.p05 is not None else number.central or 0.0


def _high(number: Number) -> float:
    return number.p95 if number.p95 is not None else number.central or 0.0


def _text(kind: str, x: float, y: float, words: str, anchor: str = "") -> str:
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{where}>{escape(words)}</text>'


def _length(text: str) -> float:
    """Letters, of which an East Asian one counts nearly twice."""
    return sum(1.8 if ord(c) >= WIDE else 1.0 for c in text)


def _svg(
    width: int, height: float, title: str, words: str, parts: Sequence[str], kind: str
) -> Markup:
    return Markup(
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"<desc>{escape(words)}</desc>{''.join(parts)}</svg>"
    )


def _step(span: float, count: int) -> float:
    """A round step (1, 2 or 5 times a power of ten) that gives about `count` ticks."""
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= raw * 0.999)


def _ticks(most: float, count: int) -> list[float]:
    if most <= 0:
        return [0.0]
    step = _step(most, count)
    return [step * i for i in range(math.ceil(most / step) + 1)]


def _apart(labels: list[tuple[float, str, str]], least: float) -> list[tuple[float, str, str]]:
    """Move labels down until no two are closer than `least`."""
    placed: list[tuple[float, str, str]] = []
    for place, when, text in sorted(labels):
        if placed and place - placed[-1][0] < least:
            place = placed[-1][0] + least
        placed.append((place, when, text))
    return placed
