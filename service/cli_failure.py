"""That a command could not do its work. It knows no other module, so that all may raise it."""


class Failed(Exception):
    """A command could not do its work. The message is a sentence; `code` is 1 or 2."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        self.code = code
        super().__init__(sentence)
