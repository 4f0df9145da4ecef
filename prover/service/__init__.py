"""The gRPC service: accepts batches, proves each in a process of its own, checks every proof, and tells."""
