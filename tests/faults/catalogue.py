"""All rows and all controls: importing the modules enters them into their lists."""

from tests.faults import (
    controls,
    controls_sending,
    rows_broadcasts,
    rows_cluster,
    rows_crashes,
    rows_database,
    rows_forms,
    rows_inbound,
    rows_odd,
    rows_providers,
    rows_seats,
    rows_statuses,
    rows_time,
)
from tests.faults.control import CONTROLS
from tests.faults.table import ROWS

MODULES = (
    rows_crashes, rows_providers, rows_inbound, rows_odd, rows_statuses, rows_database, rows_time, rows_seats, rows_forms,
    rows_broadcasts, rows_cluster, controls, controls_sending,
)  # fmt: skip
__all__ = ["CONTROLS", "MODULES", "ROWS"]
