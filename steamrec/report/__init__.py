"""The night's report: one HTML file with its pictures inside."""
