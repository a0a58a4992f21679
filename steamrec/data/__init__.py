"""What the stages carry: tables, users in batches, and the context they run in."""
