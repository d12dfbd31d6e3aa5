"""The factory of the embedded models: the drawn world and its trainers; not used by castmates."""
