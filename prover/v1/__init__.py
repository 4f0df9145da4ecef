"""Code generated from `proto/prover/v1`; see scripts."""
