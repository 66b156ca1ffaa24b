"""A queue with four servers: Sogdia, cimba and SimPy, ``python bench/queue_against_simpy_and_cimba.py``.

M/M/4 at utilisation 0.8, starting empty: a million arrivals here and in cimba, a hundred thousand
in SimPy, whose time is scaled by ten and marked so. Each draws its own random numbers and gives the
mean wait, and both are inside the time. Compiling is outside for Sogdia and cimba. Sogdia draws
arrivals and services side by side in two threads and serves in one; a single replication of cimba
and SimPy has one thread. cimba has four copies of a server process that take from a container, the form of its own
documentation, and its mean wait is the mean level divided by the arrival rate (Little). The mean
waits must agree with each other and with Erlang's formula within the error of the sample.
"""

# Annotations are read by cimba, so they are not put off here.
import gc
import sys
import time

import cimba as cb
import numpy as np
from cimba import inputs

from sogdia.models.border.closed_forms import mmc_wait
from sogdia.models.border.post import Post, simulate
from sogdia.models.border.solve import serve

SERVERS = 4
UTILISATION = 0.8
SERVICE_H = 1.0
PER_H = UTILISATION * SERVERS / SERVICE_H
ARRIVALS = 1_000_000
SIMPY_ARRIVALS = 100_000

CIMBA_LIMIT = 15.0
SIMPY_LIMIT = 500.0
"""Times faster than each that is asked for."""

TOLERANCE = 0.05
"""Of a mean wait over 1e6 arrivals, relative: about four standard errors at this utilisation;
SimPy's tenth of the arrivals is allowed sqrt(10) times as much."""


def run_sogdia(arrivals: int = ARRIVALS, seed: int = 0) -> float:
    """Draw and serve; mean wait in hours."""
    post = Post(
        capacity_per_day=24.0 * SERVERS / SERVICE_H, servers=SERVERS, distribution="exponential"
    )
    days = round(arrivals / PER_H / 24.0)
    return float(simulate(post, 24.0 * PER_H, days=days, replications=1, seed=seed).wait.mean())


def kernel_seconds(repeats: int = 5) -> float:
    """Least time of serving alone, draws ready."""
    rng = np.random.default_rng(0)
    arrival = np.cumsum(rng.standard_exponential(ARRIVALS) / PER_H)
    held = SERVICE_H * rng.standard_exponential(ARRIVALS)
    return min(timed(lambda: serve(arrival, held, SERVERS)) for _ in range(repeats))


def make_cimba():
    """A compiled experiment that gives the mean wait."""

    class Queue(cb.Model):
        interarrival: cb.Input[float] = inputs.dist.exponential(mean=1.0 / PER_H)
        service_time: cb.Input[float] = inputs.dist.exponential(mean=SERVICE_H)
        queue: cb.Container
        mean_queue: cb.Output[float]

        @cb.process
        def arrivals(self):
            while True:
                cb.hold(self.interarrival.next())
                self.queue.put(1)

        @cb.process(copies=SERVERS)
        def server(self):
            while True:
                self.queue.get(1)
                cb.hold(self.service_time.next())

        @cb.on_end
        def measure(self):
            self.mean_queue = self.queue.mean_level()

    model = Queue()

    def run(arrivals: int = ARRIVALS, seed: int = 1) -> float:
        window = cb.Window(warmup=0, duration=arrivals / PER_H)
        results = cb.Experiment(model, replications=1, window=window, seed=seed).run()
        return float(np.ravel(results[model].mean_queue)[0]) / PER_H

    run(1000)
    return run


def run_simpy(arrivals: int = SIMPY_ARRIVALS, seed: int = 0) -> float:
    """SimPy's usual form: a resource of capacity four and a process a vehicle."""
    import random

    import simpy

    rng = random.Random(seed)
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=SERVERS)
    total = 0.0

    def vehicle():
        nonlocal total
        came = env.now
        with servers.request() as turn:
            yield turn
            total += env.now - came
            yield env.timeout(rng.expovariate(1.0 / SERVICE_H))

    def source():
        for _ in range(arrivals):
            yield env.timeout(rng.expovariate(PER_H))
            env.process(vehicle())

    env.process(source())
    env.run()
    return total / arrivals


def timed(call) -> float:
    """Wall time of one call, in seconds."""
    gc.collect()
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def compare(repeats: int = 3) -> dict[str, float]:
    """Time all in turn, check that they agree; seconds, ratios and mean waits."""
    cimba = make_cimba()
    run_sogdia(1000)
    exact = mmc_wait(SERVERS, PER_H, SERVICE_H)
    mean = {"sogdia": run_sogdia(), "cimba": cimba(), "simpy": run_simpy()}
    for name, value in mean.items():
        room = TOLERANCE * (np.sqrt(10.0) if name == "simpy" else 1.0)
        assert abs(value / exact - 1.0) < room, (name, value, exact)
    seconds = dict.fromkeys(("sogdia", "cimba", "simpy_tenth"), np.inf)
    # Taken in turn, so that a slow spell of the machine falls on all.
    for _ in range(repeats):
        for _ in range(3):
            seconds["sogdia"] = min(seconds["sogdia"], timed(run_sogdia))
        seconds["cimba"] = min(seconds["cimba"], timed(cimba))
        seconds["simpy_tenth"] = min(seconds["simpy_tenth"], timed(run_simpy))
    return {
        "exact_wait": exact,
        **{f"{name}_wait": value for name, value in mean.items()},
        "sogdia": seconds["sogdia"],
        "sogdia_serving_alone": kernel_seconds(),
        "cimba": seconds["cimba"],
        "simpy_scaled": seconds["simpy_tenth"] * ARRIVALS / SIMPY_ARRIVALS,
        "times_cimba": seconds["cimba"] / seconds["sogdia"],
        "times_simpy": seconds["simpy_tenth"] * ARRIVALS / SIMPY_ARRIVALS / seconds["sogdia"],
    }


def main() -> None:
    """Print the comparison."""
    row = compare()
    print(
        f"M/M/4, utilisation {UTILISATION}, {ARRIVALS:,} arrivals; mean wait by formula "
        f"{row['exact_wait']:.4f} h"
    )
    print(f"{'':<22}{'s':>10}{'mean wait h':>14}{'times slower':>15}{'asked':>8}")
    print(f"{'Sogdia':<22}{row['sogdia']:>10.4f}{row['sogdia_wait']:>14.4f}{1:>15}")
    print(f"{'  serving alone':<22}{row['sogdia_serving_alone']:>10.4f}")
    print(
        f"{'cimba':<22}{row['cimba']:>10.4f}{row['cimba_wait']:>14.4f}"
        f"{row['times_cimba']:>15.1f}{CIMBA_LIMIT:>8.0f}"
    )
    print(
        f"{'SimPy, 1e5 x 10':<22}{row['simpy_scaled']:>10.4f}{row['simpy_wait']:>14.4f}"
        f"{row['times_simpy']:>15.1f}{SIMPY_LIMIT:>8.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
