"""The only layer that joins scenario, models and runs."""
