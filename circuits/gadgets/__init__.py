"""Functions that rules are made of: they take cells and give cells, or state rules about them."""
