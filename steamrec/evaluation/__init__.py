"""Aggregating ranks in Spark: histograms, list figures, quartiles."""
