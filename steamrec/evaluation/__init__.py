"""Summing ranks up in Spark: histograms, list figures, quartiles."""
