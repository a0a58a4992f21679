"""The stages of the night: functions from tables to tables."""
