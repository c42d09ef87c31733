"""Row 5. Prints for ever. The output is cut at the limit with a mark, and the program ends there."""
number = 0
while True:
    print(f"{number:063d}")
    number += 1
