"""The night's report: one HTML file with its charts inside."""
