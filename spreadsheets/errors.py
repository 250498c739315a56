class SheetRefused(Exception):
    """A file that cannot be taken as a whole.

    `code` is a short upper-case name for programs; `message` is one Indonesian sentence for the
    sender: the fact, the reason, what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
