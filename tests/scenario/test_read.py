"""Scenario files: what is read, and every refusal in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from scenario_stub import stub_world

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.scenario.kinds import MEASURE_KINDS
from sogdia.scenario.measures import OpenLink, SetDwell
from sogdia.scenario.names import Names, names_of
from sogdia.scenario.read import read_scenario, shipped_scenarios
from sogdia.scenario.write import scenario_toml, write_scenario

HEAD = 'id = "demo"\ntitle = "A demonstration"\n'
ALA = "kz-cn.alashankou:rail"


def write(folder: Path, text: str, name: str = "demo") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def measure(
    kind: str = "set-dwell", name: str = "m", rest: str = 'dwell = "12 hour"', target: str = ""
) -> str:
    on = "" if "\non =" in f"\n{rest}" else "on = 2031-01-01\n"
    return (
        f'\n[[measure]]\nid = "{name}"\nkind = "{kind}"\nsource = "test"\n{on}'
        f"{target or f'crossing = {ALA!r}'.replace(chr(39), chr(34))}\n{rest}\n"
    )


def problems(folder: Path, text: str, names: Names | None = None) -> list[str]:
    """What is said about a file, without the file's name."""
    file = write(folder, text)
    with pytest.raises(InvalidInput) as caught:
        read_scenario(file, folder=folder, world_names=names)
    assert caught.value.exit_code == 3
    return [str(p).replace(f"{file}, ", "").replace(f"{file}: ", "") for p in caught.value.problems]


def test_a_whole_file(tmp_path: Path) -> None:
    text = HEAD + (
        'question = "What if?"\nyears = [2031, 2035]\non = [2031-12-01]\nclasses = ["bulk"]\n'
        + measure(rest='dwell = { central = 0.5, low = 0.25, high = 1, unit = "day" }\nwhy = "w"')
        + measure(
            "open-link",
            "open",
            'capacity = "12 Mt/year"\ncost = "4.7 billion USD2023"',
            'link = "rail:kashgar~makmal"',
        )
        + '\n[[route]]\nfrom = "Kashgar"\nto = "Tashkent"\n'
    )
    scenario = read_scenario(write(tmp_path, text), world_names=names_of(stub_world()))
    assert scenario.on == (date(2031, 7, 1), date(2031, 12, 1), date(2035, 7, 1))
    dwell, opened = scenario.measures
    assert isinstance(dwell, SetDwell)
    assert isinstance(opened, OpenLink)
    assert dwell.estimates()["dwell"].low == 6.0
    assert opened.estimates()["capacity"].central == 12e6
    assert opened.estimates()["cost"].central == 4.7e9
    assert scenario.routes[0].commodity == "container-general"


def test_three_problems_at_once(tmp_path: Path) -> None:
    text = HEAD + (
        measure(
            name="torugart-single-window",
            rest='dwell = { central = 9, low = 12, high = 16, unit = "hour" }',
        )
        + measure(name="khorgos-typo", rest='dwel = "9 hour"')
        + measure("open-link", "cku-line", "", 'link = "rail:kashgar~makmal"')
        + measure("open-link", "cku-early", "on = 2029-01-01", 'link = "rail:kashgar~makmal"')
    )
    file = write(tmp_path, text)
    with pytest.raises(InvalidInput) as caught:
        read_scenario(file)
    assert str(caught.value).replace(str(file), "F") == (
        'F, measure "torugart-single-window", dwell: low <= central <= high is required; '
        "got low 12, central 9, high 16 hour\n"
        'F, measure "khorgos-typo": set-dwell has no field "dwel"; did you mean "dwell"?\n'
        'F: measures "cku-line" and "cku-early" both open rail:kashgar~makmal; '
        "a scenario may open a link once\n"
        "3 problems; nothing was run."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + 'titel = "x"', 'a scenario has no field "titel"; did you mean "title"?'),
        (HEAD + "seed = 3", "run options are given on the command line"),
        (HEAD + 'solver = "x"\ntolerance = 1e-3', '"tolerance" is not for a scenario'),
        (HEAD + 'path = "/tmp"', '"path" is not for a scenario'),
        ('title = "x"', "has no id -> add id"),
        ('id = "demo"', "has no title"),
        ('id = "other"\ntitle = "x"', 'id and file name differ; got "other" in demo.toml'),
        ("id = 3\ntitle = 'x'", "id: is not text; got 3"),
        (HEAD + 'years = ["2031"]', 'years: is not a year; got "2031"'),
        (HEAD + 'on = ["2031-07-01"]', 'on: is not a date; got the text "2031-07-01"'),
        (HEAD + 'includes = "pack"', "includes: is not a list of text"),
        (HEAD + '[measure]\nid = "m"', "write [[measure]] before each one"),
        (HEAD + measure("set-dwel"), 'no measure is of kind "set-dwel"; did you mean "set-dwell"?'),
        (HEAD + "[[measure]]\nid = 'm'", 'measure "m": has no kind; allowed: open-link'),
        (HEAD + measure() + measure(target='crossing = "x:road"'), 'two measures have the id "m"'),
        (HEAD + measure(rest='dwell = "12 kg"'), "the unit 'kg' is of another kind"),
        (HEAD + measure(rest='dwell = "12 parsnip"'), "the unit 'parsnip' is not known"),
        (HEAD + measure(rest="dwell = 12"), "dwell: has no unit; got 12"),
        (HEAD + measure(rest='dwell = "twelve"'), "is not a number with a unit"),
        (HEAD + measure(rest="dwell = true"), "dwell: is not a quantity; got true"),
        (
            HEAD + measure(rest='dwell = { central = 9, unit = "h", hi = 10 }'),
            'a quantity has no field "hi"; did you mean "high"?',
        ),
        (HEAD + measure(rest="dwell = { central = 9 }"), "dwell: has no unit"),
        (HEAD + measure(rest='dwell = { low = 9, unit = "h" }'), "has no central value"),
        (HEAD + measure(rest='dwell = { central = 9, unit = "h", shape = "round" }'), "shape; got"),
        (HEAD + measure(rest='dwell = "-3 hour"'), "is out of bounds"),
        (
            HEAD + measure(rest='dwell = "-30 %"'),
            "a measure sets a value; a change must say of what",
        ),
        (HEAD + measure(rest='dwell = { change = "-30 %" }'), "a change must say of what"),
        (HEAD + measure(rest='dwell = { of = "baseline" }'), "has `of` but no `change`"),
        (
            HEAD + measure(rest='dwell = { change = "-130 %", of = "baseline" }'),
            "more than there is",
        ),
        (HEAD + measure(rest='dwell = { change = -0.3, of = "baseline" }'), "a percentage as text"),
        (
            HEAD + measure(rest='dwell = "9 h"\non = "2031-01-01"'),
            'on: is not a date; got the text "2031-01-01"; allowed: a TOML date, YYYY-MM-DD -> '
            "write it without quotes",
        ),
        (
            HEAD + measure(rest='dwell = "9 h"\non = 2031-01-01T00:00:00'),
            "leave out the time of day",
        ),
        (HEAD + measure(rest='dwell = "9 h"\nuntil = 2030-01-01'), "until: must be after `on`"),
        (HEAD + measure(rest='dwell = "9 h"\nuntil = 2031-01-01'), "until: must be after `on`"),
        (HEAD + measure(rest='dwell = "9 h"\ntransfer = "t"'), "acts on one kind of thing"),
        (HEAD + measure(rest='dwell = "9 h"\ncrossings = ["a"]'), "not both"),
        (HEAD + measure(target="why = 'x'"), "crossing: is missing; allowed: crossing or transfer"),
        (
            HEAD + measure(target="transfer = 't'", rest="dwell = '9 h'\ntowards = 'KAZ'"),
            "belongs to a crossing, not to a transfer",
        ),
        (HEAD + measure(rest='dwell = "9 h"\ntowards = "Kazakhstan"'), "is not a country code"),
        (
            HEAD + measure(rest='dwell = "9 h"\ncost = "5 million USD"'),
            "deflate it and write USD2023",
        ),
        (HEAD + measure("upgrade-link", rest="", target='link = "l"'), "sets nothing"),
        (
            HEAD + measure("upgrade-link", rest='electrified = "maybe"', target='link = "l"'),
            'electrified: is not one of the words; got "maybe"; allowed: yes, no, partial',
        ),
        (HEAD + measure("set-fee", rest='fee = "3 USD2023/TEU"'), "not one for a crossing"),
        (HEAD + measure("set-capacity", rest='capacity = "3 Mt/year"'), "not one for a crossing"),
        (
            HEAD + measure("set-capacity", rest='capacity = "30 trucks/day"'),
            "does not pass truck/day",
        ),
        (
            HEAD + measure("set-capacity", rest='capacity = "9 train pairs/day"'),
            "both ways together, and not pairs",
        ),
        (
            HEAD + measure("close-crossing", rest="", target='crossings = { between = ["KAZ"] }'),
            "between takes two countries; got KAZ",
        ),
        (
            HEAD + measure("close-crossing", rest="", target='crossings = { mode = "ship" }'),
            'is not one of the words; got "ship"; allowed: rail, road',
        ),
        (HEAD + measure("close-crossing", rest="", target="crossing = []"), "a list of ids"),
        (HEAD + measure("set-hours", rest='hours = "25 h/day"'), "is out of bounds"),
        (HEAD + measure("set-hours", rest='hours = "0 h/day"'), "is out of bounds"),
        (
            HEAD + measure("set-capacity", rest='capacity = "0 trains/day"'),
            "capacity: is not above 0; got 0 -> to let nothing pass",
        ),
        (
            HEAD
            + measure("set-capacity", rest='capacity = { change = "-100 %", of = "baseline" }'),
            "capacity: leaves nothing; got -100 % -> to let nothing pass",
        ),
        (
            HEAD + measure("set-hours", rest='hours = { change = "-100 %", of = "baseline" }'),
            "hours: leaves nothing; got -100 % -> to let nothing pass",
        ),
        (
            HEAD + measure("close-crossing", rest="", target='crossings = { mod = "rail" }'),
            'cannot be selected by "mod"; did you mean "mode"?',
        ),
        (HEAD + measure("close-crossing", rest="", target="crossings = {}"), "selects nothing"),
        (
            HEAD
            + measure(
                "set-visa",
                rest='to_country = "CHN"\nregime = "free"',
                target='from_country = "CHN"',
            ),
            "is not one of the words",
        ),
        (
            HEAD
            + measure(
                "set-visa",
                rest='to_country = "CHN"\nregime = "evisa"',
                target='from_country = "CHN"',
            ),
            "is the traveller's own country",
        ),
        (HEAD + measure(name="Not A Word"), "is not a word"),
        (HEAD + '[[route]]\nfrom = "A"\nkind = "x"', 'a route has no field "kind"'),
        (HEAD + '[[route]]\nfrom = "A"', "has no `to`"),
        (HEAD + 'baseline = "nobody"', 'no scenario is called "nobody"'),
        (HEAD + 'includes = ["nobody"]', 'no scenario is called "nobody"'),
        (HEAD + 'includes = ["demo"]', "in a circle: demo -> demo"),
    ],
)
def test_refusals(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in line for line in problems(tmp_path, text)), problems(tmp_path, text)


def test_bad_toml_says_where(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, HEAD + 'question = "no end\n')
    assert "line 3, column" in line
    assert "is not TOML" in line


def test_not_utf8_and_not_there(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_bytes(b"id = '\xff'")
    with pytest.raises(InvalidInput, match="is not UTF-8"):
        read_scenario(file)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_scenario(tmp_path / "absent.toml")
    with pytest.raises(UnknownName, match="did you mean 'demo'"):
        read_scenario("dmeo", folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            measure(target='crossing = "kz-cn.alashanku:rail"'),
            'no crossing is called "kz-cn.alashanku:rail"; did you mean "kz-cn.alashankou:rail"?',
        ),
        (
            measure("close-link", rest="", target='link = "rail:kashgar~makmall"'),
            'did you mean "rail:kashgar~makmal"?',
        ),
        (measure(target='transfer = "transfer:port/kz.aktau"'), "no transfer is called"),
        (
            measure("set-rate", rest='rate = "0.1 USD2023/tkm"', target='tariff = "mode:sea/ocen"'),
            'did you mean "mode:sea/ocean"',
        ),
        (measure("close-link", rest="", target='links = { tariff = "mode:road/KZ" }'), "no tariff"),
        (measure(rest='dwell = "9 h"\ntowards = "KAS"'), 'no country is called "KAS"'),
        (
            measure("close-crossing", rest="", target='crossings = { countries = ["XXX"] }'),
            'no country is called "XXX"',
        ),
        (measure(rest='dwell = { change = "-5 %", of = "c9" }'), 'no claim is called "c9"'),
        ('\n[[route]]\nfrom = "Kashgr"\nto = "Tashkent"', 'did you mean "Kashgar"'),
        ('\n[[route]]\nfrom = "Kashgar"\nto = "Tashkent"\nclass = "bulky"', 'did you mean "bulk"'),
    ],
)
def test_names_of_the_world(tmp_path: Path, text: str, said: str) -> None:
    names = names_of(stub_world(), claims={"c1"})
    found = problems(tmp_path, HEAD + text, names)
    assert len(found) == 1
    assert said in found[0]


def test_former_ids_are_read_as_present_ones(tmp_path: Path) -> None:
    aliases = {
        "BP_ALA": "kz-cn.alashankou",
        "rail:A~B": "rail:kashgar~makmal",
        "AKP": "kz.aktau-port",
    }
    names = names_of(stub_world(), aliases=aliases)
    text = HEAD + (
        measure(target='crossing = "BP_ALA:rail"')
        + measure("close-link", "c", "", 'link = "rail:A~B"')
        + measure(name="t", target='transfer = "transfer:port/AKP"')
    )
    found = read_scenario(write(tmp_path, text), world_names=names)
    assert [m.entities() for m in found.measures] == [
        ("kz-cn.alashankou:rail>*",),
        ("rail:kashgar~makmal",),
        ("transfer:port/kz.aktau-port",),
    ]


def test_baseline_and_packs(tmp_path: Path) -> None:
    write(tmp_path, 'id = "base"\ntitle = "b"' + measure(name="b1"), "base")
    pack = 'id = "pack"\ntitle = "p"' + measure("set-hours", "p1", 'hours = "20 h/day"')
    write(tmp_path, pack, "pack")
    write(tmp_path, 'id = "pack2"\ntitle = "p"\nincludes = ["pack"]', "pack2")
    text = 'baseline = "base"\nincludes = ["pack", "pack2"]' + measure(
        "set-fee", "own", "fee = '3 USD2023/t'"
    )
    scenario = read_scenario(write(tmp_path, HEAD + text))
    assert [m.id for m in scenario.scenario_measures] == ["own", "p1"]
    assert [[m.id for m in stage] for stage in scenario.baseline_stages] == [["b1"]]


def test_clash_with_a_pack_and_with_the_baseline(tmp_path: Path) -> None:
    write(tmp_path, 'id = "base"\ntitle = "b"' + measure(name="b1"), "base")
    text = HEAD + "{}\n" + measure(name="own", rest='dwell = "9 h"\ntowards = "KAZ"')
    for how in ('baseline = "base"', 'includes = ["base"]'):
        (line,) = problems(tmp_path, text.format(how))
        assert '"b1"' in line
        assert '"own"' in line
        assert "dwell_mean_h" in line
        assert f"{ALA}>KAZ" in line
    change = (
        HEAD
        + 'baseline = "base"'
        + measure(name="own", rest='dwell = { change = "-30 %", of = "baseline" }')
    )
    assert read_scenario(write(tmp_path, change)).measures[0].is_change()


def test_circles_and_problems_of_other_files(tmp_path: Path) -> None:
    write(tmp_path, 'id = "a"\ntitle = "a"\nbaseline = "b"', "a")
    file = write(tmp_path, 'id = "b"\ntitle = "b"\nbaseline = "a"', "b")
    with pytest.raises(InvalidInput, match="circle: b -> a -> b"):
        read_scenario(file)
    write(tmp_path, 'id = "bad"\ntitle = "x"\nspeed = 3', "bad")
    (line,) = problems(tmp_path, HEAD + 'includes = ["bad"]')
    assert "bad.toml" in line
    assert 'no field "speed"' in line


def test_round_trip(tmp_path: Path) -> None:
    text = HEAD + (
        'question = "Un \\"peu\\" de\\nKaşgar é"\non = [2031-07-01]\n'
        + measure(
            rest='dwell = { central = 9, low = 7.3, high = 16, unit = "hour" }\np90 = "2 day"'
        )
        + measure(
            "upgrade-link", "u", 'tracks = 2\nelectrified = true\nspeed = "60 km/h"', 'link = "l"'
        )
        + measure(
            "set-hours",
            "h",
            'hours = { change = "+12.5 %", of = "baseline" }',
            'crossings = { mode = "rail", between = ["KAZ", "CHN"] }',
        )
        + measure(
            "set-visa",
            "v",
            'to_country = "CHN"\nregime = "visa_free"',
            'from_country = ["KAZ", "UZB"]',
        )
        + measure("close-link", "c", "until = 2031-02-01", 'links = { tariff = "mode:road/KAZ" }')
        + '\n[[route]]\nfrom = "A"\nto = "B"\nclass = "bulk"\n'
    )
    first = read_scenario(write(tmp_path, text))
    (tmp_path / "again").mkdir()
    second = read_scenario(write_scenario(first, tmp_path / "again" / "demo.toml"))
    assert second == first
    assert second.digest == first.digest
    assert scenario_toml(second) == scenario_toml(first)
    with pytest.raises(InvalidInput, match="file name and scenario id differ"):
        write_scenario(first, tmp_path / "other.toml")


def test_digest_is_of_the_content(tmp_path: Path) -> None:
    one = measure(name="a") + measure("set-hours", "b", 'hours = "20 h/day"')
    two = (
        "# a word\n"
        + measure("set-hours", "b", 'hours = "20 h/day"')
        + measure(name="a", rest='dwell = "0.5 day"')
    )
    first = read_scenario(write(tmp_path, HEAD + one))
    other = read_scenario(write(tmp_path, 'id = "x"\ntitle = "A demonstration"' + two, "x"))
    assert first.digest == other.digest
    changed = read_scenario(write(tmp_path, HEAD + one.replace("12 hour", "13 hour")))
    assert changed.digest != first.digest


def test_timeline(tmp_path: Path) -> None:
    text = (
        HEAD
        + measure(rest='dwell = "9 h"\nuntil = 2032-01-01')
        + measure(name="z", target='crossing = "x:road"', rest='dwell = "9 h"\non = 2030-01-01')
    )
    events = read_scenario(write(tmp_path, text)).timeline()
    assert [(e.on.year, e.what, e.measure.id) for e in events] == [
        (2030, "begins", "z"),
        (2031, "begins", "m"),
        (2032, "ends", "m"),
    ]


def test_every_field_says_what_it_is() -> None:
    for kind in MEASURE_KINDS.values():
        for name, found in kind.model_fields.items():
            if name != "kind":
                assert found.description, f"{kind.__name__}.{name}"


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_read(name: str) -> None:
    scenario = read_scenario(name)
    assert scenario.question.endswith("?")
    assert scenario.on
    assert len(scenario.routes) >= 5
    assert all(m.source and m.why for _, m in scenario.sides())


def test_a_misspelt_field_does_not_hide_an_unknown_name(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        'id = "s"\ntitle = "S"\non = [2026-07-01]\n[[measure]]\nid = "a"\nkind = "set-dwell"\n'
        'crossing = "kz-cn.khorgas:rail"\non = 2026-01-01\ndwel = "3 hour"\nsource = "assumption"\n',
        encoding="utf-8",
    )
    names = Names(crossings=frozenset({"kz-cn.khorgos:rail"}))
    with pytest.raises(InvalidInput) as caught:
        read_scenario(tmp_path / "s.toml", world_names=names)
    said = " ".join(f"{p.what} {p.fix}" for p in caught.value.problems)
    assert "dwel" in said
    assert "khorgas" in said
    assert "kz-cn.khorgos:rail" in said
