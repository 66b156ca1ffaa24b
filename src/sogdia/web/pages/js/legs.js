// The legs of a route, in the words of the page.

import { h } from "./dom.js";
import { legName } from "./strip.js";
import { number, t, word } from "./text.js";

export function legList(legs) {
  return h("ol", { class: "legs" }, legs.map((leg) => {
    const mode = (leg.mode ?? "").split("-")[0];
    const line = leg.kind === "line-haul";
    return h("li", { class: line ? mode : leg.kind },
      h("strong", null, line ? word(`mode.${leg.mode}`, word(`mode.${mode}`, leg.mode)) : word(`leg.${leg.kind}`, leg.kind)), " ",
      legName({ ...leg, place: line ? null : (leg.place ?? leg.from) }),
      h("small", null, " · ",
        [leg.distance_km ? `${number(leg.distance_km, 0)} ${t("unit.km")}` : null,
          leg.time_h ? `${number(leg.time_h)} ${t("unit.h")}` : null,
          leg.money_usd2023_per_teu ? `${number(leg.money_usd2023_per_teu, 0)} ${t("unit.usd2023/teu")}` : null,
          leg.emission_kgco2_per_teu ? `${number(leg.emission_kgco2_per_teu, 0)} ${t("unit.kgco2/teu")}` : null,
        ].filter(Boolean).join(" · ")));
  }));
}
