"""How a statement is made true: sequencer data, execution, witness filling, proving and serving."""
