"""Trade between countries and regions: who gains when a link gets cheaper, and by how much."""
