"""Policy and directory files: YAML or JSON from outside, made safe before anything reads it."""
