"""The network on two dates: what opened between the summers of 2011 and 2013?"""

import sogdia as sg

before, after = sg.world(on="2011-07-01"), sg.world(on="2013-07-01")

was = dict(zip(before.links["id"], before.links["status"], strict=True))
opened = sorted(
    link["id"]
    for link in after.links.rows()
    if link["status"] == "open" and was[link["id"]] != "open"
)
for link in opened:
    print(link)
print(f"{len(opened)} links opened")

assert "rail:cn.khorgos~kz.altynkol" in opened
assert len(opened) == 11
