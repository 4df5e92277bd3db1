"""What can go wrong at the desk, in words."""


class DeskError(Exception):
    """A request that is not done. `name`: a heading and a sentence in words/errors.yml; nothing was changed.

    `values`: what is filled into {names} of that sentence; never anything that people typed.
    """

    def __init__(self, name: str, status: int = 400, **values: str) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.values = values
