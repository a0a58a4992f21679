"""Drawing negatives: pure NumPy, repeatable draw by draw."""
