"""Row 2. Takes memory until there is no more. The status line tells whose limit it was; the next run works as ever."""
held = []
block = b"x" * (1 << 20)
for mebibytes in range(1, 4097):
    held.append(bytearray(block))
    if mebibytes % 16 == 0:
        print(f"{mebibytes} MiB are mine", flush=True)
print("BROKE: four gibibytes, and nobody said no")
