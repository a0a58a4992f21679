"""What runs on the executors: Arrow batches to the NumPy cores and back."""
