"""Reading a finished workspace without Spark: a user's list, games by name, what leans on what."""
