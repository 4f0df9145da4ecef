"""What a rollup's rules make of the ordered bytes, computed in the open."""
