"""What answers as an OpenAI-compatible language model, with words that a tester gave it."""
