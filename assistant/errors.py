"""Every error Carrel raises on purpose, in one tree.

    CarrelError
    ├── UsageError                  the caller asked for something that cannot be (exit code 2)
    │   ├── QuestionError           an empty or far too long question
    │   └── SettingsError           an unknown or malformed setting
    ├── LibraryError                the library cannot be used as it is
    │   ├── EmptyLibraryError       there is no paper to answer from
    │   ├── HomeError               the home is not a writable folder
    │   ├── LedgerError             the ledger is damaged, locked or of another schema
    │   ├── EmbedderMismatchError   the library was embedded by another model
    │   └── ServerError             the server of a shared library is away, slow, or refuses
    ├── ReadError                   a file of papers cannot be read
    ├── ModelError                  a model cannot be loaded or run
    │   ├── ModelNotFoundError      no such file or catalogue name
    │   ├── EndpointError           the server that holds a model is away, refuses or fails
    │   └── ContextOverflowError    question and evidence do not fit into the model's context
    └── ServeError                  the page cannot be served (port in use, ...)

Each carries its remedy: what the person can do about it, in one sentence.
Foreign exceptions are translated where a foreign library is called, and only those expected there.
"""


class CarrelError(Exception):
    """Base of all errors meant to be read by a person.

    Attributes:
        remedy: One sentence that says what to do about it.
        exit_code: Exit status of the command line: 2 for wrong use, 1 for a failure.
    """

    remedy: str = "Run `carrel doctor` to see what is wrong."
    exit_code: int = 1

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy


class UsageError(CarrelError):
    """The caller asked for something that cannot be."""

    remedy = "See `carrel --help`."
    exit_code = 2


class QuestionError(UsageError):
    """The question is empty or far too long."""

    remedy = "Ask one question of at most a few sentences."


class SettingsError(UsageError):
    """A setting is unknown or malformed."""

    remedy = "Correct or remove it; the guide lists the settings."


class LibraryError(CarrelError):
    """The library cannot be used as it is."""


class EmptyLibraryError(LibraryError):
    """There is no paper to answer from."""

    remedy = "Add papers with `carrel add FILE`, or the sample library with `carrel add --sample`."


class HomeError(LibraryError):
    """The home is not a folder that can be written."""

    remedy = "Choose another folder with --home or CARREL_HOME, or make this one writable."


class LedgerError(LibraryError):
    """The ledger is damaged, locked for too long, or of another schema version."""


class EmbedderMismatchError(LibraryError):
    """The library's vectors come from another embedder than the one in use."""

    remedy = "Set the embedder the library was made with, or embed it anew with `carrel reindex`."


class ServerError(LibraryError):
    """The Chroma server that holds a shared library is away, slow, or refuses."""

    remedy = "See that it runs, and that the address is right; what was stored stays."


class ReadError(CarrelError):
    """A file of papers cannot be read at all."""

    remedy = "Carrel reads exports of reference managers and databases, tables and PDF files; the guide lists them."


class ModelError(CarrelError):
    """A model cannot be loaded or run."""

    remedy = "Set another model with --model or CARREL_MODEL; the default is `smollm2-135m`."


class ModelNotFoundError(ModelError):
    """No file and no catalogue entry of that name."""


class EndpointError(ModelError):
    """The server that holds a model is away, refuses or fails.

    Attributes:
        status: The status of its reply; 0 where there is none.
    """

    remedy = "See that it runs and can be reached, or set another model with --model or CARREL_MODEL."

    def __init__(self, message: str, *, remedy: str | None = None, status: int = 0) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status


class ContextOverflowError(ModelError):
    """Question and evidence do not fit into the model's context."""

    remedy = "Shorten the question, or raise CARREL_CONTEXT."


class ServeError(CarrelError):
    """The page cannot be served."""

    remedy = "Choose another port with `carrel serve --port N`."
