"""Power dispatch of the region with and without trade, and gas and oil through pipelines."""
