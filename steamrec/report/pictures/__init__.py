"""The report's pictures: one function each, data in, SVG out."""
