"""Flows, queues, trade and real income on the page and on the map."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from xml.etree import ElementTree

import pytest
from handmade_report import handmade

from sogdia.appraisal.summary import Band
from sogdia.appraisal.summary_flows import (
    LEVEL,
    FlowSummary,
    IncomeChange,
    Loop,
    ModeTonnes,
    TradeChange,
    ZoneIncome,
)
from sogdia.appraisal.summary_traffic import BeforeAfter, LinkFlow, PostQueue
from sogdia.report import html
from sogdia.report.charts import INCOME, gains_chart
from sogdia.report.content import GainRow, MapContent, MapFlow, ReportContent, RunStatus
from sogdia.report.from_flows import CHOICES, flow_content, flow_method
from sogdia.report.map import draw_map, flow_width
from sogdia.report.number import Number, number_text

NONE = BeforeAfter(None, None)


def summary(*, unsolved: tuple[str, ...] = ()) -> FlowSummary:
    """Small and by hand: one of everything, with gaps."""
    return FlowSummary(
        on=date(2031, 7, 1),
        variant="partner",
        level=LEVEL,
        loop=Loop(settled=not unsolved, rounds=40, residual=0.02, tolerance=1e-4),
        unsolved=unsolved,
        notes=(),
        incomes=(
            IncomeChange(country="KGZ", name="Kyrgyzstan", full=Band(0.001, 0.0004, 0.0013),
                         conditional=0.002, partial=None),
            IncomeChange(country="UZB", name="Uzbekistan", full=None, conditional=None,
                         partial=None),
            IncomeChange(country="KAZ", name="Kazakhstan", full=Band(0.0002, None, None),
                         conditional=0.0, partial=0.0),
        ),
        zones=(ZoneIncome(zone="zone:x", name="Osh", country="KGZ", change=0.004),),
        trade=(
            TradeChange(exporter="CHN", importer="KGZ", usd2023_per_y=BeforeAfter(18e9, 18.2e9),
                        full=Band(0.011, 0.004, 0.02), conditional=0.005, partial=0.02,
                        full_usd2023_per_y=BeforeAfter(4e9, 4.04e9)),
            TradeChange(exporter="KGZ", importer="CHN", usd2023_per_y=NONE, full=None,
                        conditional=None, partial=None, full_usd2023_per_y=NONE),
        ),
        links=(
            LinkFlow(ids=("a",), name="New", mode="rail", tonnes=BeforeAfter(None, 2e6),
                     vehicles=BeforeAfter(None, 4.0), use=BeforeAfter(None, 0.1)),
            LinkFlow(ids=("b",), name="Ferry", mode="sea", tonnes=BeforeAfter(2e6, 1e6),
                     vehicles=NONE, use=NONE),
        ),
        links_changed=2,
        modes=(ModeTonnes(mode="rail", tonnes=BeforeAfter(1e6, 2e6),
                          share=BeforeAfter(0.5, 0.6)),),
        posts=(
            PostQueue(entity="p:road", name="Gate", mode="road", arrivals=BeforeAfter(128.0, 96.0),
                      capacity=BeforeAfter(100.0, 100.0), effective=BeforeAfter(133.0, 133.0),
                      raised=True, use=BeforeAfter(0.96, 0.72), wait_mean_h=BeforeAfter(6.4, 0.4),
                      wait_p50_h=BeforeAfter(2.2, 0.0), wait_p90_h=BeforeAfter(19.7, 0.6),
                      clearing_after_week_h=BeforeAfter(None, 429.0)),
        ),
        posts_total=3,
        posts_without_capacity=2,
    )  # fmt: skip


def section(text: str, name: str) -> str:
    """One section of the page."""
    return text[text.index(f'<section id="{name}">') :].split("</section>")[0]


@pytest.fixture(scope="module")
def text(content: ReportContent) -> str:
    return html.render(content)


def test_what_is_absent_is_a_word_that_says_why() -> None:
    found = flow_content(summary())
    new, ferry = found.links
    assert number_text(new.tonnes.before) == "not open"
    assert number_text(new.vehicles.before) == "not open"
    assert new.tonnes.change is not None and new.tonnes.change.central == 2e6
    assert number_text(ferry.vehicles.after) == "not applicable"
    assert number_text(ferry.use.after) == "unknown"
    assert number_text(found.posts[0].clearing.before) == "not within a year"
    assert number_text(found.incomes[1].full) == "unknown"
    assert number_text(found.trade[1].before) == "unknown"


def test_numbers_have_unit_and_band() -> None:
    found = flow_content(summary())
    assert number_text(found.incomes[0].full) == "+0.100% (+0.040 to +0.130)"
    assert number_text(found.incomes[2].full) == "+0.0200% (band not known)"
    assert number_text(found.incomes[2].partial) == "0% (fixed)"
    assert number_text(found.trade[0].before) == "18.0 billion USD (2023)/year (band not known)"
    assert number_text(found.links[0].vehicles.after) == "4.00 trains/day (band not known)"
    assert number_text(found.posts[0].arrivals.before) == "128 trucks/day (band not known)"
    assert found.trade_of == "as reported by China's partners"


def test_levels_stand_beside_each_other_with_their_names(text: str) -> None:
    income = section(text, "flows")
    for words in ("Full endowment equilibrium", "Conditional", "Partial"):
        assert f'scope="col">{words}' in income
    assert "settled after 5 rounds" in income
    assert "Change of real income by country: full endowment equilibrium" in income
    assert "Change: full" in section(text, "trade")


def test_a_raised_capacity_and_the_unknown_ones_are_said(text: str) -> None:
    queues = section(text, "queues")
    assert "Of 118 posts and modes, the capacity of 108 is not known" in queues
    assert "capacity 100 trucks/day" in queues and "used: 133 trucks/day" in queues
    assert "not within a year" in queues


def test_runs_without_flows_say_so(content: ReportContent) -> None:
    page = html.render(dataclasses.replace(content, flows=None))
    assert "were not run" in section(page, "flows")
    for name in ("trade", "traffic", "queues"):
        assert f'id="{name}"' not in page and f'href="#{name}"' not in page


def test_not_solved_stands_beside_every_result() -> None:
    words = "loop transport-border-trade 2031-07-01: did not settle"
    flows = flow_content(summary(unsolved=(words,)))
    status = RunStatus(model="loop transport-border-trade 2031-07-01", state="usable")
    page = html.render(dataclasses.replace(handmade(), flows=flows, statuses=(status,)))
    for name in ("flows", "trade", "traffic", "queues"):
        part = section(page, name)
        assert part.index("NOT SOLVED") < part.index("</h2>")
        cells = re.findall(r'<td class="num".*?</td>', part)
        numbers = [c for c in cells if '<span class="n" ' in c]
        assert len(numbers) >= 2 and all("NOT SOLVED" in c for c in numbers)
    assert "did not settle in 40 rounds" in section(page, "flows")
    assert "NOT SOLVED" in gains_chart(
        [GainRow(zone=i.country, country="", change=i.full) for i in flows.incomes], 940, INCOME
    )


def test_more_income_is_drawn_as_a_gain_and_no_change_as_neither() -> None:
    def chart(value: float) -> str:
        change = Number(central=value, unit="share", signed=True)
        return str(gains_chart([GainRow(zone="A", country="", change=change)], 940, INCOME))

    assert 'circle class="gain"' in chart(0.001)
    assert 'rect class="loss"' in chart(-0.001)
    assert 'circle class="flat"' in chart(0.0)


def test_the_assumption_sheet_says_whose_trade_and_every_choice() -> None:
    row = {"amount_text": "6", "low_text": "4", "high_text": "8", "basis": "assumed",
           "source_title": "A study", "source_url": ""}  # fmt: skip
    lines = list(flow_method({"mode_scale": row}, "china"))
    assert lines[0].value == "as reported by China" and lines[0].value_choice
    by_text = {line.text: line for line in lines}
    assert by_text[CHOICES["mode_scale"]].value == "6 (4 to 8)"
    assert by_text[CHOICES["ocean_factor"]].value == "unknown"
    everything = " ".join(by_text)
    for words in ("2023", "no freight within countries", "recursive logit", "calibrated on one"):
        assert words in everything


# --- map --------------------------------------------------------------------------------------

A, B = (70.0, 40.0), (75.0, 42.0)


def flow(before: float | None, after: float | None, name: str = "Line") -> MapFlow:
    """A flow between two places."""
    return MapFlow(name=name, points=(A, B), before_t_per_y=before, after_t_per_y=after)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, 2e6, "more"), (2e6, None, "less"), (1e6, 1.2e6, "more"), (1.2e6, 1e6, "less"),
        (1e6, 1.001e6, "same"), (1e6, 1e6, "same"),
    ],
)  # fmt: skip
def test_lines_are_coloured_by_their_change(
    before: float | None, after: float | None, kind: str
) -> None:
    view = draw_map(MapContent(flows=(flow(before, after),)))
    assert view.flow_kinds == (kind,)
    assert f'class="fl {kind}"' in view.svg
    ElementTree.fromstring(str(view.svg))


def test_width_grows_with_the_tonnes_of_the_scenario() -> None:
    widths = [float(flow_width(t)) for t in (0.0, 1e5, 1e6, 1e7, 1e8, 1e10)]
    assert widths == sorted(widths) and widths[0] > 0.0 and widths[-1] == 16.0
    svg = str(draw_map(MapContent(flows=(flow(1e6, 1e7), flow(1e7, 1e6)))).svg)
    assert re.findall(r'class="fl (\w+)" stroke-width="([\d.]+)"', svg) == [
        ("more", flow_width(1e7)), ("less", flow_width(1e6)),
    ]  # fmt: skip


def test_small_flows_and_ocean_lanes_are_not_drawn() -> None:
    small = flow(1e3, 2e3)
    ocean = MapFlow(name="Ocean", points=((121.0, 31.0), (4.0, 52.0)), before_t_per_y=1e7,
                    after_t_per_y=2e7, sea=True)  # fmt: skip
    view = draw_map(MapContent(flows=(small, ocean)))
    assert view.flow_kinds == () and view.flow_keys == ()
    assert "layer flows" not in view.svg


def test_a_flow_tells_its_tonnes_and_its_name_is_escaped() -> None:
    svg = str(draw_map(MapContent(flows=(flow(None, 2e6, "</title><script>"),))).svg)
    assert "<script>" not in svg
    assert "not open before, 2.00 million t a year after" in svg


def test_the_layer_has_a_switch_and_a_legend(text: str, content: ReportContent) -> None:
    assert 'id="show-flows" checked' in text
    assert "carries more than in the baseline" in text and "carries less" in text
    assert "#show-flows:not(:checked)" in text
    assert content.map is not None
    bare = html.render(dataclasses.replace(content, map=dataclasses.replace(content.map, flows=())))
    assert 'id="show-flows"' not in bare
