"""Models: each reads a world and gives tables. Siblings; none imports another."""
