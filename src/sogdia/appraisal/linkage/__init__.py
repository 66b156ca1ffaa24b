"""The five linkages of one scenario: each asked the same question of the same two worlds."""
