"""An appraisal compared: which zones save most money by the railway, and how much?"""

import sogdia as sg

found = sg.appraise("cku-railway", options=sg.Options(draws=0, samples=64))
last = max(found.scenario.on)
changes = sg.compare(found.baseline, found.run, table="skim", variables=["money_usd2023_per_t"])
cheaper = [
    row
    for row in changes.table.rows()
    if row["on"] == last
    and row["commodity"] == "container-general"
    and row["presence_money_usd2023_per_t"] == "both"
    and row["change_money_usd2023_per_t"] < 0
]
best = min(cheaper, key=lambda row: (row["change_money_usd2023_per_t"], row["origin"]))
saving = round(-best["change_money_usd2023_per_t"], 1)
print(f"{len(cheaper)} pairs of zones pay less for general containers on {last}")
print(f"most of all {best['origin']} to {best['destination']}: {saving} USD2023/t less")

same = sg.compare(found.run, found.run, table="skim", variables=["money_usd2023_per_t"])
largest = max(abs(row["change_money_usd2023_per_t"] or 0) for row in same.table.rows())
print(f"a run against itself: {largest}")

assert largest == 0
assert len(cheaper) == 223
