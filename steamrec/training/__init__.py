"""Training any Keras network: Petastorm stream, losses, optimiser, epoch loop, checkpoints."""
