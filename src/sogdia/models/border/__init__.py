"""Border posts, gauge-change yards and ports as queues: waits, throughput, clearing times."""
