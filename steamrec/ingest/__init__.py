"""The parts of the ingest stage."""
