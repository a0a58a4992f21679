"""Training the networks: Petastorm stream, Keras networks, MirroredStrategy loop."""
