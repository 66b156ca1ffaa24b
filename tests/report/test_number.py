"""A number is printed with its band and unit, or as a word."""

from __future__ import annotations

import math

import pytest

from sogdia.report.number import (
    Number,
    number_html,
    number_parts,
    number_text,
    safe_link,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Number(central=412.3, p05=380.4, p95=450.2, unit="h"), "412 h (380 to 450)"),
        (
            Number(central=3152, p05=2774, p95=3528, unit="usd2023/teu"),
            "3\u202f150 USD (2023)/TEU (2\u202f770 to 3\u202f530)",
        ),
        (
            Number(central=-0.084, p05=-0.1181, p95=-0.0592, unit="share", signed=True),
            "\u22128.4% (\u221211.8 to \u22125.9)",
        ),
        (
            Number(central=0.3, p05=-0.4, p95=1.1, unit="h", signed=True),
            "+0.30 h (\u22120.40 to +1.10)",
        ),
        (
            Number(central=12e6, p05=8e6, p95=15e6, unit="t/year"),
            "12.0 million t/year (8.0 to 15.0)",
        ),
        (Number.exact(5130, "km"), "5\u202f130 km (fixed)"),
        (Number.exact(0, "km"), "0 km (fixed)"),
        (Number(central=0.0421, unit="1"), "0.0421 (band not known)"),
        (Number.missing("h"), "unknown"),
        (Number.missing("h", "no route"), "no route"),
        (
            Number(central=5, p05=4, p95=6, unit="h", caveat="not converged"),
            "5.0 h (4.0 to 6.0) [not converged]",
        ),
    ],
)
def test_text(number: Number, text: str) -> None:
    assert number_text(number) == text


def test_a_change_that_rounds_to_zero_has_no_sign() -> None:
    number = Number(central=-0.001, p05=-8, p95=8, unit="h", signed=True)
    assert number_parts(number) == ("0", "h", "\u22128 to +8")
    assert not number_parts(Number(central=-1e-9, p05=-80, p95=80, unit="h")).value.startswith(
        "\u2212"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_absent_is_never_nan_or_infinite(bad: float) -> None:
    with pytest.raises(ValueError, match="absent is None"):
        Number(central=bad, unit="h")


def test_a_number_needs_a_unit_and_a_whole_band() -> None:
    with pytest.raises(ValueError, match="unit"):
        Number(central=1, unit="")
    with pytest.raises(ValueError, match="both ends"):
        Number(central=1, p05=0, unit="h")
    with pytest.raises(ValueError, match="p05 <= p95"):
        Number(central=1, p05=2, p95=0, unit="h")


def test_html_has_value_unit_band_trace_and_mark() -> None:
    number = Number(central=412, p05=380, p95=450, unit="h", trace="#claim-1")
    html = number_html(number, mark="#warnings")
    assert "<b>412</b>" in html and 'class="u"' in html and "380 to 450" in html
    assert 'href="#claim-1"' in html and 'href="#warnings"' in html
    assert 'class="mark"' not in number_html(number)
    assert 'class="mark"' in number_html(
        Number(central=1, p05=0, p95=2, unit="h", caveat="not converged")
    )


def test_html_escapes_units_and_refuses_script_links() -> None:
    number = Number(central=1, unit="<script>", trace="javascript:alert(1)")
    html = number_html(number)
    assert "<script>" not in html and "javascript" not in html
    assert safe_link(" https://example.org/a ") == "https://example.org/a"
    assert safe_link("data:text/html,x") == "" and safe_link("//example.org") == ""
