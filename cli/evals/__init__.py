"""How well the copilot is found and understood, measured without and with a model."""
