"""The table the border model takes and the one it gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["POST_FLOW", "POST_QUEUE"]

POST_FLOW = Schema(
    "post_flow",
    (
        Column("on", "date"),
        Column("entity", title="crossing or transfer: kz-cn.alashankou:rail"),
        Column("towards", title="ISO3 of the country entered; of a transfer the layer entered"),
        Column("arrivals_per_day", "number", title="vehicles a day: trains, trucks, vessels"),
        Column(
            "observed_arrivals_per_day",
            "number",
            title="vehicles a day when the world's dwell was observed; null when not known",
        ),
        Column(
            "observed_capacity_per_day",
            "number",
            title="capacity when the dwell was observed; null: as the world has it",
        ),
        Column(
            "observed_open_h_per_day",
            "number",
            title="opening hours when the dwell was observed; null: as the world has them",
        ),
    ),
    ("on", "entity", "towards"),
)

POST_QUEUE = Schema(
    "post_queue",
    (
        Column("on", "date"),
        Column("entity"),
        Column("towards"),
        Column("arrivals_per_day", "number", title="vehicles a day in this direction"),
        Column("shared_arrivals_per_day", "number", title="of all directions that share servers"),
        Column("capacity_per_day", "number", title="as the world has it"),
        Column(
            "effective_capacity_per_day",
            "number",
            title="used: raised where the observed flow and dwell contradict the world's capacity",
        ),
        Column("servers_count", "number", title="vehicles worked on at once; assumed"),
        Column("service_mean_h", "number", title="hours a vehicle holds a server"),
        Column("utilisation_share", "number", title="shared arrivals over effective capacity"),
        Column("wait_mean_h", "number", title="from joining the queue to the start of service"),
        Column("wait_p50_h", "number"),
        Column("wait_p90_h", "number"),
        Column("procedure_mean_h", "number", title="the rest of the stop, service included"),
        Column("dwell_mean_h", "number", title="wait and procedure"),
        Column("dwell_p50_h", "number"),
        Column("dwell_p90_h", "number"),
        Column("queue_mean_count", "number", title="vehicles waiting, all directions that share"),
        Column("throughput_per_day", "number", title="vehicles that leave, all that share"),
        Column(
            "clearing_after_week_h",
            "number",
            title="hours from reopening until the queue of a closed week is gone; null: not within a year",
        ),
    ),
    ("on", "entity", "towards"),
)
