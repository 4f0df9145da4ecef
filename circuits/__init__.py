"""What is claimed: the tables, buses and programs whose constraints make a statement true."""
