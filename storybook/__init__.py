"""The factory of the embedded models: the drawn world and what trains on it. Not imported by castmates itself."""
