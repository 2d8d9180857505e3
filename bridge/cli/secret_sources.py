"""Where the secrets of a file of applications are: in the environment, or in a file of their own."""

import os
import stat

from bridge.manage.client_files.secrets import SecretMissing, SecretReference

MAX_BYTES = 4096


def read_secret(reference: SecretReference) -> str:
    """The secret that a reference leads to. Raises SecretMissing."""
    found = _from_file(reference.name) if reference.source == "file" else os.environ.get(reference.name)
    if found is None:
        raise SecretMissing(f"There is no variable {reference.name} in the environment.")
    return found


def _from_file(name: str) -> str:
    """Its text, without the end of its line."""
    try:
        with open(name, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SecretMissing(f"{name} is no file.")
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SecretMissing(f"{name} can't be read: {error.strerror}.") from None
    if len(content) > MAX_BYTES:
        raise SecretMissing(f"{name} has more than {MAX_BYTES} bytes.")
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise SecretMissing(f"{name} has other than ASCII characters.") from None
    return text.removesuffix("\n").removesuffix("\r")


def _without_waiting(path: str, flags: int) -> int:
    """A pipe without a writer would be waited for."""
    return os.open(path, flags | os.O_NONBLOCK)
