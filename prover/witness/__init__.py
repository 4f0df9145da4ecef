"""Fills the tables of `circuits.tables`, name for name. Nothing is checked here: a wrong record fills wrong tables."""
