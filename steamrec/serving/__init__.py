"""Reading what was published, without Spark: a user's list, games by name, similar games."""
