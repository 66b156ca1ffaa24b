"""The verbs, their exit codes and what they print."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quick_scenario import quick_scenario

from sogdia.cli.app import run
from sogdia.results.store import RunStore

DAY = "2026-07-01"
SCENARIO = quick_scenario("quick", "A quick one", on=DAY)
WRONG = f"""
id = "wrong"
title = "Wrong in four ways"
on = [{DAY}]

[[measure]]
id = "field"
kind = "set-dwell"
crossing = "kz-cn.khorgos:rail"
on = 2026-01-01
dwel = {{ central = 8, low = 6, high = 12, unit = "hour" }}
dwell = {{ central = 8, low = 6, high = 12, unit = "hour" }}
source = "assumption"
why = "a test"

[[measure]]
id = "unit"
kind = "set-dwell"
crossing = "kz-cn.alashankou:rail"
on = 2026-01-01
dwell = {{ central = 8, low = 6, high = 12, unit = "km" }}
source = "assumption"
why = "a test"

[[measure]]
id = "link"
kind = "close-link"
link = "rail:kg.makmal~kg.jalal-abat"
on = 2026-01-01
source = "assumption"
why = "a test"

[[measure]]
id = "one"
kind = "upgrade-link"
link = "rail:uz.urgench~uz.khiva"
on = 2026-01-01
speed = {{ central = 80, low = 70, high = 90, unit = "km/h" }}
source = "assumption"
why = "a test"

[[measure]]
id = "two"
kind = "upgrade-link"
link = "rail:uz.urgench~uz.khiva"
on = 2026-02-01
speed = {{ central = 90, low = 80, high = 95, unit = "km/h" }}
source = "assumption"
why = "a test"
"""

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and a store."""
    at = tmp_path_factory.mktemp("cli")
    (at / "quick.toml").write_text(SCENARIO, encoding="utf-8")
    (at / "wrong.toml").write_text(WRONG, encoding="utf-8")
    return at


@pytest.fixture
def cli(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run in the folder; the exit code, standard output and standard error."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOGDIA_RUNS", str(folder / "runs"))

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


@pytest.fixture
def done(cli: Cli) -> Cli:
    """As `cli`, with the scenario run once."""
    code, _, err = cli("appraise", "quick.toml", "--draws", "2", "--samples", "8", "--no-report")
    assert code == 0, err
    return cli


def loads(text: str) -> Any:
    """JSON without the NaN and Infinity that JSON does not have."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} in JSON")

    return json.loads(text, parse_constant=refuse)


# --- exit codes -------------------------------------------------------------------------------


def test_good_is_0(cli: Cli) -> None:
    for arguments in (("--help",), ("--version",), ("route", "--help"), ("scenarios",)):
        code, out, _ = cli(*arguments)
        assert code == 0
        assert out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("appraise", "cku-railwa"), "did you mean 'cku-railway'"),
        (("appraise", "no-such-file.toml"), "there is no file no-such-file.toml"),
        (("check", "no-such-file.toml"), "there is no file"),
        (("route", "Tashkendt", "Almaty", "--on", DAY), "did you mean 'Tashkent'"),
        (("route", "Xi'an", "Tashkent", "--on", "2026-13-01"), "'2026-13-01' is not a date"),
        (("route", "Xi'an", "Tashkent", "--on", DAY, "--mode", "raill"), "'raill' is no mode"),
        (("route", "Xi'an", "Tashkent", "--on", DAY, "--class", "bulks"), "did you mean 'bulk'"),
        (("route", "Xi'an"), "Missing argument"),
        (("route", "Xi'an", "Tashkent", "--samples", "0"), "samples"),
        (("show", "kz-cn.khorgoss:rail"), "did you mean 'kz-cn.khorgos:rail'"),
        (("skim", "-o", "skims.xyz"), "end it in .omx, .parquet or .csv"),
        (("compare", "no-such-run"), "no-such-run"),
        (("new", "scenario", "Not A Name"), "lower-case"),
        (("new", "model", "x"), "only 'scenario'"),
        (("new", "scenario", "cku-railway"), "ships with Sogdia"),
        (("nonsense",), "nonsense"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_usage_is_2(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = cli(*arguments)
    assert code == 2, err
    assert message in err
    assert out == ""


def test_no_route_is_1_and_a_sentence(cli: Cli) -> None:
    code, out, err = cli("route", "kg.arpa", "kz.almaty", "--on", DAY)
    assert (code, out) == (1, "")
    assert err.strip() == (
        f"no route from kg.arpa to kz.almaty on {DAY}: the open network does not connect them"
    )
    code, _, err = cli("route", "Xi'an", "Tashkent", "--on", DAY, "--mode", "sea")
    assert code == 1
    assert " by sea on " in err


@pytest.mark.parametrize("verb", ["check", "appraise"])
def test_invalid_is_3_with_every_problem_and_its_remedy(cli: Cli, verb: str) -> None:
    code, out, err = cli(verb, "wrong.toml")
    assert code == 3
    assert out == ""
    lines = err.strip().splitlines()
    assert lines[-1].endswith("problems; nothing was run.")
    problems = lines[:-1]

    def one(*words: str) -> str:
        (found,) = (p for p in problems if all(w in p for w in words))
        return found

    for line in (
        one("dwel", "field"),
        one("km", "unit"),
        one("rail:kg.makmal~kg.jalal-abat", "rail:kg.makmal~kg.jalal-abad"),
        one("one", "two"),
    ):
        assert "wrong.toml" in line or "wrong" in line
        assert "->" in line or "did you mean" in line, line


def test_a_file_that_is_not_toml_is_3(cli: Cli, folder: Path) -> None:
    (folder / "broken.toml").write_text("id = \n", encoding="utf-8")
    code, _, err = cli("check", "broken.toml")
    assert code == 3
    assert "broken.toml" in err


# --- evidence ---------------------------------------------------------------------------------


def test_check_of_everything_is_good(cli: Cli) -> None:
    code, out, err = cli("check")
    assert (code, err) == (0, "")
    assert out.strip().endswith("no problems")
    assert "claims" in out


def test_show_names_sources_and_rivals(cli: Cli) -> None:
    code, out, _ = cli("show", "kz-cn.khorgos:rail", "--on", "2024-01-01")
    assert code == 0
    assert "in the model: : rail towards" in out or "rail towards KAZ" in out
    assert "believed " in out
    assert "confidence" in out
    assert "https://" in out
    assert "    not " in out
    told = loads(cli("show", "kz-cn.khorgos:rail", "--on", "2024-01-01", "--json")[1])
    assert told["entity"] == "kz-cn.khorgos:rail"
    assert any(b["rivals"] for b in told["beliefs"])
    for belief in told["beliefs"]:
        assert belief["believed"]["source"]
        assert all(r["source"] and r["why_not"] for r in belief["rivals"])


@pytest.mark.parametrize(
    "name",
    ["BP_HOR:rail", "cn-kz.khorgos:rail", "kaz-chn.khorgos:rail", "CHN-KAZ.khorgos:rail"],
)
def test_former_ids_and_either_order_are_understood(cli: Cli, name: str) -> None:
    told = loads(cli("show", name, "--on", "2024-01-01", "--json")[1])
    assert told["entity"] == "kz-cn.khorgos:rail"


def test_what_was_known_earlier_may_differ(cli: Cli) -> None:
    early = loads(
        cli(
            "show", "kz-cn.khorgos:rail", "--on", "2024-01-01", "--known-by", "2000-01-01", "--json"
        )[1]
    )
    stated = [b["believed"]["stated_on"] for b in early["beliefs"]]
    assert all(s is None or s <= "2000-01-01" for s in stated)


# --- JSON of every verb -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("route", "Xi'an", "Tashkent", "--on", DAY, "--k", "2", "--samples", "8"),
        ("route", "Xi'an", "Tashkent", "--on", DAY, "--pareto", "--samples", "8"),
        ("skim", "-o", "json.csv", "--on", DAY, "--class", "bulk", "--samples", "4"),
        ("check", "quick.toml"),
        ("show", "kz.dostyk", "--on", DAY),
        ("show", "zone:kz.almaty-city", "--on", DAY),
        ("places", "khorgos"),
        ("scenarios",),
        ("runs",),
        ("compare", "quick"),
        ("compare", "quick", "--by", "origin"),
        ("compare", "quick", "--table", "indicator"),
        ("trace", "quick", "time_h", "Xi'an>Tashkent"),
        ("sql", "select * from skim"),
        ("appraise", "quick.toml", "--draws", "2", "--samples", "8", "--no-report"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_json_of_every_verb(done: Cli, arguments: tuple[str, ...]) -> None:
    code, out, err = done(*arguments, "--json")
    assert (code, err) == (0, "")
    assert loads(out)


def test_json_of_problems(cli: Cli) -> None:
    code, out, _ = cli("check", "wrong.toml", "--json")
    told = loads(out)
    assert code == 3
    assert told["ok"] is False
    assert len(told["problems"]) >= 4
    assert all(p["where"] and p["what"] for p in told["problems"])


def test_absent_is_null_in_json(done: Cli) -> None:
    """The run has a pair without a route."""
    out = done("appraise", "quick.toml", "--draws", "2", "--samples", "8", "--no-report", "--json")[
        1
    ]
    pairs = {p["origin"]: p for p in loads(out)["summary"]["pairs"]}
    assert pairs["kg.arpa"]["before"] is None
    assert pairs["kg.arpa"]["after"] is None
    (row,) = loads(done("sql", "select * from skim where origin = 'kg.arpa' limit 1", "--json")[1])
    assert row["reachable"] is False
    assert row["time_h"] is None


# --- skims ------------------------------------------------------------------------------------


def test_omx_is_what_parquet_is(cli: Cli, folder: Path) -> None:
    import h5py
    import pyarrow.parquet as pq

    common = ("--on", DAY, "--class", "container", "--samples", "8")
    assert cli("skim", "-o", "out/skims.omx", *common)[0] == 0
    assert cli("skim", "-o", "out/skims.parquet", *common)[0] == 0
    assert sorted(f.name for f in (folder / "out").iterdir()) == ["skims.omx", "skims.parquet"]
    rows = pq.read_table(folder / "out" / "skims.parquet").to_pylist()
    with h5py.File(folder / "out" / "skims.omx") as omx:
        zones = [z.decode() for z in omx["lookup/zone"][:]]
        size = len(zones)
        assert omx.attrs["OMX_VERSION"] in {"0.2", b"0.2"}
        assert omx.attrs["SHAPE"].tolist() == [size, size]
        assert len(set(zones)) == size > 100
        at = {z: i for i, z in enumerate(zones)}
        for name in ("gencost_usd2023_per_t", "time_h", "time_p90_h", "border_h", "distance_km"):
            held = omx[f"data/container-general.{name}"]
            assert held.shape == (size, size)
            matrix = held[:]
            assert np.isnan(held.attrs["NA"])
            for r in rows:
                value = matrix[at[r["origin"]], at[r["destination"]]]
                assert value == r[name] if r["reachable"] else np.isnan(value)
        assert len(rows) == size * (size - 1)


def test_a_skim_of_an_unknown_class_leaves_no_file(cli: Cli, folder: Path) -> None:
    code, _, err = cli("skim", "-o", "none.omx", "--on", DAY, "--class", "coal")
    assert code == 2
    assert "coal" in err
    assert not list(folder.glob("*none*"))


# --- runs -------------------------------------------------------------------------------------


def test_a_run_compared_with_itself_is_exactly_zero(done: Cli) -> None:
    code, out, _ = done("compare", "quick", "quick")
    assert code == 0
    assert "exactly zero everywhere" in out
    assert loads(done("compare", "quick", "quick", "--json")[1])["rows"] == []
    assert "exactly zero" not in done("compare", "quick")[1]


def test_runs_lists_both_sides(done: Cli, folder: Path) -> None:
    code, out, _ = done("runs")
    assert code == 0
    assert "quick" in out
    assert "baseline" in out
    assert {r.manifest.state for r in RunStore(folder / "runs").runs()} == {"solved"}


def test_trace_prints_claims(done: Cli) -> None:
    code, out, _ = done("trace", "quick", "time_h", "Xi'an>Tashkent", "--class", "container")
    assert code == 0
    assert "line-haul" in out
    assert "source title" in out


def test_export(done: Cli, folder: Path) -> None:
    pytest.importorskip("openpyxl")
    assert done("export", "quick", "-o", "all.xlsx")[0] == 0
    assert done("export", "quick", "-o", "skim.csv", "--table", "skim")[0] == 0
    text = (folder / "skim.csv").read_text(encoding="utf-8")
    assert "gencost_usd2023_per_t" in text.partition("\n")[0]
    assert "nan" not in text.lower().split(",")
    assert (folder / "all.xlsx").stat().st_size > 10_000
    assert not list(folder.glob(".*partial*"))
    code, _, err = done("export", "quick", "-o", "x.csv", "--table", "skimm")
    assert code == 2
    assert "skim" in err


def test_sql(done: Cli, folder: Path) -> None:
    code, out, _ = done("sql", "select scenario, count(*) as n from skim group by scenario")
    assert code == 0
    assert "quick" in out
    for statement in ("drop view skim", "create table x (a int)", "copy skim to 'x.csv'"):
        code, out, err = done("sql", statement)
        assert code in {2, 3}, statement
        assert err
        assert out == ""
    assert not (folder / "x.csv").exists()


def test_a_report_is_written(done: Cli, folder: Path) -> None:
    code, out, _ = done("report", "cku-railway")
    assert code == 2
    code, out, err = done(
        "appraise", "quick.toml", "--draws", "2", "--samples", "8", "-o", "told.html"
    )
    assert code == 0, err
    assert "report told.html" in out
    assert (folder / "told.html").read_text(encoding="utf-8").startswith("<!")


# --- new --------------------------------------------------------------------------------------


def test_new_refuses_to_overwrite(cli: Cli, folder: Path) -> None:
    code, out, _ = cli("new", "scenario", "my-railway")
    assert code == 0
    assert "sogdia check my-railway.toml" in out
    file = folder / "my-railway.toml"
    file.write_text("mine", encoding="utf-8")
    code, _, err = cli("new", "scenario", "my-railway")
    assert code == 2
    assert "was left as it is" in err
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_new_scenario_is_a_good_one(cli: Cli) -> None:
    assert cli("new", "scenario", "fresh")[0] == 0
    code, out, err = cli("check", "fresh.toml")
    assert code == 0, err
    assert "no problems" in out


# --- start ------------------------------------------------------------------------------------

HEAVY = ("numpy", "pandas", "numba", "scipy", "pyarrow", "duckdb", "h5py")
LOADED = """
import sys
{code}
sys.stdout.flush()
print("LOADED", sorted(set({heavy}) & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import sogdia; dir(sogdia)", ()),
        ("from sogdia.cli.app import run; assert run(['--help']) == 0", ()),
        ("from sogdia.cli.app import run; assert run(['appraise', '--help']) == 0", ()),
    ],
)
def test_nothing_heavy_is_imported_to_begin_with(code: str, allowed: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(code=code, heavy=HEAVY)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.strip().splitlines()[-1] == f"LOADED {sorted(allowed)}"


@pytest.mark.parametrize(("arguments", "code"), [(["scenarios"], 0), (["appraise", "nope"], 2)])
def test_the_installed_command(tmp_path: Path, arguments: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from sogdia.cli import main; main()", *arguments],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_route_in_the_network_of_a_scenario(cli: Cli) -> None:
    asked = ("route", "Xi'an", "Tashkent", "--samples", "8", "--json")
    code, out, err = cli(*asked, "--scenario", "quick.toml")
    assert code == 0, err
    changed = loads(out)
    assert changed["on"] == DAY
    plain = loads(cli(*asked, "--on", DAY)[1])
    post = [
        next(x for x in found["routes"][0]["legs"] if "horgos" in x["name"] and x["kind"] == "border")
        for found in (plain, changed)
    ]  # fmt: skip
    assert post[1]["time_h"] == pytest.approx(8.0)
    assert post[0]["time_h"] != pytest.approx(8.0)


def test_groups_are_ordered_by_the_size_of_their_change(done: Cli) -> None:
    asked = ("compare", "quick", "--variable", "time_h", "--by", "origin", "--json")
    code, out, err = done(*asked)
    assert code == 0, err
    answer = loads(out)
    size = [abs(row["change_time_h"] or 0.0) for row in answer["rows"]]
    assert size == sorted(size, reverse=True)
    assert size[0] > 0
    assert any("classes of goods" in note for note in answer["notes"])


def test_keys_in_one_run_only_can_be_dropped(done: Cli, folder: Path) -> None:
    other = SCENARIO.replace('id = "quick"', 'id = "wider"').replace(
        'classes = ["container-general"]', 'classes = ["container-general", "bulk"]'
    )
    (folder / "wider.toml").write_text(other, encoding="utf-8")
    code, _, err = done(
        "appraise", "wider.toml", "--draws", "2", "--samples", "8", "--no-report", "--no-flows"
    )
    assert code == 0, err
    code, _, err = done("compare", "quick", "wider", "--table", "skim")
    assert code == 3
    assert "--missing" in err
    code, out, err = done("compare", "wider", "quick", "--missing", "drop", "--json")
    assert code == 0, err
    assert loads(out)["rows"] == []


# --- what users get wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("rank", "posts", "--csv", "no-folder.toml/x.csv"),
        ("rank", "posts", "--map", "x.txt"),
        ("replay", "2000", "2001", "-o", "no-folder.toml/x.svg"),
        ("appraise", "quick.toml", "-o", "."),
        ("queue", "kz-cn.alashankou:rail", "--arrivals", "1e9"),
        ("consult", "--hospitals", "90", "--cases-per-day", "1e7"),
        ("trade", "CHN", "China"),
        ("timeline", "CHN", "--from", "2025-01-01", "--to", "2024-01-01"),
        ("show", "kz-cn.khorgos:rail", "--variable", "dwell"),
        ("compare", "quick", "--top", "-1"),
        ("sql", "select 1", "--limit", "-1"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_before_any_work(
    cli: Cli, folder: Path, arguments: tuple[str, ...]
) -> None:
    (folder / "no-folder.toml").touch()
    code, out, err = cli(*arguments)
    assert code == 2, err
    assert out == ""


def test_a_file_that_cannot_be_written_is_one_line(cli: Cli, folder: Path) -> None:
    (folder / "in-the-way.csv").mkdir()
    code, out, err = cli("skim", "-o", "in-the-way.csv", "--on", DAY, "--class", "bulk")
    assert (code, out) == (3, "")
    assert "in-the-way.csv" in err
    assert len(err.splitlines()) == 1
    assert [p.name for p in folder.glob(".*") if p.is_file()] == []


def test_every_file_that_is_not_there_is_named(cli: Cli) -> None:
    code, _, err = cli("check", "nobody.toml", "cku-railway", "nowhere.toml")
    assert code == 2
    assert "nobody.toml, nowhere.toml" in err


def test_check_finds_measures_that_set_the_same_thing_through_a_selector(
    cli: Cli, folder: Path
) -> None:
    """Their targets overlap only in a world, so reading the file does not show it."""
    second = """
[[measure]]
id = "every"
kind = "set-dwell"
crossings = { mode = "rail", between = ["KAZ", "CHN"] }
on = 2026-02-01
dwell = "8 hour"
source = "assumption"
"""
    head, mark, routes = SCENARIO.partition("[[route]]")
    (folder / "both.toml").write_text(
        head.replace('"quick"', '"both"') + second + mark + routes, encoding="utf-8"
    )
    code, _, err = cli("check", "both.toml")
    assert code == 3
    assert 'measures "every" and "less"' in err or 'measures "less" and "every"' in err


def test_a_trace_of_another_date_is_refused_with_the_dates_there_are(done: Cli) -> None:
    code, out, err = done("trace", "quick", "time_h", "Xi'an>Tashkent", "--on", "2030-01-01")
    assert (code, out) == (2, "")
    assert DAY in err


def test_a_zone_without_kept_routes_has_no_share_of_assumptions(done: Cli) -> None:
    code, out, _ = done("trace", "quick", "access_cost_usd2023_per_t", "Andijan")
    assert code == 0
    assert "0% of it" not in out
    assert "is not known" in out
    code, out, _ = done("trace", "quick", "access_cost_usd2023_per_t", "Andijan", "--json")
    assert loads(out)["assumed_share"] is None


def test_outside_the_years_of_the_model_show_says_so(cli: Cli) -> None:
    _, out, _ = cli("show", "kz-cn.khorgos:rail", "--on", "1980-01-01")
    assert "not in the model" in out


def test_nothing_found_is_said(cli: Cli) -> None:
    code, out, _ = cli("places", "zzz")
    assert code == 0
    assert "zzz" in out


def test_without_a_verb_the_help_is_printed_as_it_is(cli: Cli) -> None:
    code, _, err = cli()
    assert code == 2
    assert err.startswith("Usage: ")


def test_a_run_whose_scenario_is_in_another_folder_says_where_to_go(
    done: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = done("report", "quick", "-o", "quick.html")
    assert (code, out) == (3, "")
    assert "quick.toml" in err


def test_a_measure_that_is_never_in_force_is_named(cli: Cli, folder: Path) -> None:
    text = SCENARIO.replace('"quick"', '"later"').replace("on = 2026-01-01", "on = 2035-01-01")
    (folder / "later.toml").write_text(text, encoding="utf-8")
    code, out, _ = cli("check", "later.toml")
    assert code == 0
    assert 'measure "less" is in force from 2035-01-01: on no date of this scenario' in out
    (folder / "undated.toml").write_text(
        SCENARIO.replace('"quick"', '"undated"').replace(f"on = [{DAY}]\n", ""), encoding="utf-8"
    )
    _, out, _ = cli("check", "undated.toml")
    assert "undated: has no date" in out
