"""The state of things on a date: places, links, crossings, transfers, regimes, zones."""
