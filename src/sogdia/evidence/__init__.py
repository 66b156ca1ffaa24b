"""What is claimed, by whom and when: sources, claims, registries, and the rule that chooses."""
