"""Random numbers from every source a program takes them from by default."""
import os
import random
import uuid

print(random.getrandbits(64), os.urandom(8).hex(), uuid.uuid4(), hash("text"), flush=True)
