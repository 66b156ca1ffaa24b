"""Reader of the TNTP text format of test networks: network, trips and published flows.

The format numbers nodes from 1; here they are positions from 0. Zones are the first nodes. No route
passes through a node numbered below FIRST THRU NODE. No network is shipped with the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, ProblemList
from sogdia.models.transport.delay import Delay
from sogdia.models.transport.solve_graph import Demand, Graph

__all__ = ["TntpNetwork", "read_flows", "read_network", "read_trips"]

Numbers = NDArray[np.float64]

TAG = re.compile(r"<([^>]+)>\s*([^\s~]*)")
TRIP = re.compile(r"(\S+)\s*:\s*([^;\s]+)\s*;")
COLUMNS = ("init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll")  # fmt: skip
"""What stands before the link type, whatever the file calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TntpNetwork:
    """A network file.

    Attributes
    ----------
    graph : Graph
    n_zones : int
        Zones are the nodes ``0 .. n_zones - 1``.
    delay : Delay
        BPR in the file's unit of time; a capacity of 0 means no congestion.
    length, toll : (m,) float64
        In the file's units.
    """

    graph: Graph
    n_zones: int
    delay: Delay
    length: Numbers
    toll: Numbers


def read_network(path: Path) -> TntpNetwork:
    """Read a ``_net.tntp`` file.

    Raises
    ------
    InvalidInput
        With every problem of the file: tags that are missing, rows that are not numbers, nodes that
        do not exist, another number of links than announced.
    """
    problems = ProblemList()
    tags, rows = _parts(path, problems)
    n_zones, n_nodes, thru, n_links = (
        _count(path, tags, tag, problems)
        for tag in ("NUMBER OF ZONES", "NUMBER OF NODES", "FIRST THRU NODE", "NUMBER OF LINKS")
    )
    values: list[list[float]] = []
    for line, text in rows:
        cells = text.replace(";", " ").split()
        row = _numbers(cells[: len(COLUMNS)])
        if row is None or len(row) < len(COLUMNS):
            problems.add(
                f"{path.name}, line {line}", "not a link", got=text[:60], allowed=" ".join(COLUMNS)
            )
            continue
        where = f"{path.name}, line {line}"
        for name, node in zip(COLUMNS[:2], row[:2], strict=True):
            if node != int(node) or not 1 <= node <= n_nodes:
                problems.add(
                    where, f"{name} is no node", got=f"{node:g}", allowed=f"1 .. {n_nodes}"
                )
        if row[2] < 0.0 or row[4] < 0.0 or row[5] < 0.0 or row[6] < 0.0:
            problems.add(where, "capacity, free_flow_time, b or power is below 0", got=text[:60])
        values.append(row)
    if len(values) != n_links and not problems:
        problems.add(path.name, "has another number of links", got=len(values), allowed=n_links)
    problems.raise_if_any()
    table = np.array(values).reshape(len(values), len(COLUMNS))
    capacity, power = table[:, 2], table[:, 6]
    # A factor of 0 is written with a power of 0 as well; without congestion the power is idle.
    congests = (capacity > 0.0) & (table[:, 5] > 0.0) & (power > 0.0)
    return TntpNetwork(
        graph=Graph(
            tail=table[:, 0].astype(np.int32) - 1,
            head=table[:, 1].astype(np.int32) - 1,
            n_nodes=n_nodes,
            through=np.arange(1, n_nodes + 1) >= thru,
        ),
        n_zones=n_zones,
        delay=Delay(
            free=table[:, 4],
            a=table[:, 5],
            capacity=np.where(congests, capacity, np.nan),
            b=np.where(congests, power, 1.0),
        ),
        length=table[:, 3].copy(),
        toll=table[:, 8].copy(),
    )


def read_trips(path: Path) -> Demand:
    """Read a ``_trips.tntp`` file as the demand of one class between all zones.

    Raises
    ------
    InvalidInput
        With every problem of the file: zones that do not exist, volumes that are not numbers, a
        total that is not the sum of the trips (to 1e-4 of it).
    """
    problems = ProblemList()
    tags, rows = _parts(path, problems)
    n_zones = _count(path, tags, "NUMBER OF ZONES", problems)
    volume = np.zeros((1, n_zones, n_zones))

    def zone(text: str, where: str) -> int:
        if text.isdigit() and 1 <= int(text) <= n_zones:
            return int(text) - 1
        problems.add(where, "no such zone", got=text, allowed=f"1 .. {n_zones}")
        return -1

    origin = -1
    for line, text in rows:
        where = f"{path.name}, line {line}"
        words = text.split()
        if words[0].lower() == "origin":
            origin = zone(words[1] if len(words) > 1 else "nothing", where)
            continue
        found = TRIP.findall(text if text.endswith(";") else text + ";")
        if not found:
            problems.add(where, "neither an origin nor trips", got=text[:60])
        for to, trips in found:
            destination, number = zone(to, where), _numbers([trips])
            if number is None or not 0.0 <= number[0] < np.inf:
                problems.add(where, f"trips to {to} are not a number of 0 or more", got=trips)
            elif min(origin, destination) >= 0:
                volume[0, origin, destination] += number[0]
    announced = _numbers([tags.get("TOTAL OD FLOW", "")])
    if announced is not None and not problems:
        total = float(volume.sum())
        if abs(total - announced[0]) > 1e-4 * max(total, announced[0]):
            problems.add(
                path.name, "the trips do not add up", got=f"{total:g}", allowed=f"{announced[0]:g}"
            )
    problems.raise_if_any()
    zones = np.arange(n_zones, dtype=np.int32)
    return Demand(origins=zones, destinations=zones, volume=volume)


def read_flows(path: Path, network: TntpNetwork) -> tuple[Numbers, Numbers]:
    """Read a ``_flow.tntp`` file: volume and cost (m,) in the order of the network's arcs.

    Raises
    ------
    InvalidInput
        When a row is not two nodes, a volume and a cost, or the links are not those of the network.
    """
    problems = ProblemList()
    of: dict[tuple[int, int], list[list[float]]] = {}
    for line, text in _lines(path, problems):
        row = _numbers(text.replace(";", " ").replace(":", " ").split())
        if row is None and not any(c.isdigit() for c in text):
            continue
        if row is None or len(row) != 4:
            problems.add(f"{path.name}, line {line}", "not from, to, volume, cost", got=text[:60])
            continue
        of.setdefault((int(row[0]) - 1, int(row[1]) - 1), []).append(row[2:])
    result = np.full((2, network.graph.n_arcs), np.nan)
    for a in range(network.graph.n_arcs):
        ends = (int(network.graph.tail[a]), int(network.graph.head[a]))
        if of.get(ends):
            result[:, a] = of[ends].pop(0)
        else:
            problems.add(path.name, "no flow for the link", got=f"{ends[0] + 1} {ends[1] + 1}")
    for (i, j), left in of.items():
        if left:
            problems.add(path.name, "a link the network does not have", got=f"{i + 1} {j + 1}")
    problems.raise_if_any()
    return result[0], result[1]


def _lines(path: Path, problems: ProblemList) -> Iterator[tuple[int, str]]:
    """Lines with something on them, without comments, and their numbers."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as cause:
        problems.add(str(path), "cannot be read", got=cause.strerror or cause)
        raise InvalidInput(problems.problems) from cause
    for line, content in enumerate(text.splitlines(), start=1):
        bare = content.split("~")[0].strip()
        if bare:
            yield line, bare


def _parts(path: Path, problems: ProblemList) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Tags and the lines after them."""
    tags: dict[str, str] = {}
    rows: list[tuple[int, str]] = []
    for line, text in _lines(path, problems):
        tag = TAG.match(text)
        if tag:
            tags[tag[1].strip().upper()] = tag[2]
        else:
            rows.append((line, text))
    return tags, rows


def _count(path: Path, tags: dict[str, str], tag: str, problems: ProblemList) -> int:
    text = tags.get(tag, "")
    if text.isdigit() and int(text) > 0:
        return int(text)
    problems.add(path.name, f"<{tag}> is not a whole number", got=text or "nothing")
    return 0


def _numbers(cells: list[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return None
