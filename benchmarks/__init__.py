"""Measurements that are no part of the product: run them with `python -m benchmarks.NAME`."""
