"""One container from Xi'an to Tashkent: the least-cost route, its legs, days and dollars."""

import sogdia as sg
from sogdia.models.transport.prepare import arc_costs
from sogdia.models.transport.routes import alternatives, legs
from sogdia.world.build import world
from sogdia.world.network import network

today = world(sg.open_evidence(), on="2026-01-01")
costs = arc_costs(network(today), "container-general")
best = alternatives(costs, "cn.xian", "uz.tashkent", 1, samples=1000)[0]

for leg in legs(costs, best.arcs):
    print(f"{leg['kind']:<13} {leg['from_place']} to {leg['to_place']}: {leg['time_h']:.1f} h")

days = round(best.time_p50_h / 24, 1)
loading = today.classes["loading_t_per_teu"][today.classes.index()["container-general"]]
print(
    f"{days} days at 50 %, {best.time_p90_h / 24:.1f} at 90 %; {best.money * loading:.0f} USD2023/TEU"
)

assert days == 11.5
