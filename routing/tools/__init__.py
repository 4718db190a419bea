"""What a support manager asks of a policy before the night: check, explain, rehearse, coverage."""
