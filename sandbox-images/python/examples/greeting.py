"""Ask for a name, then greet."""

name = input("What is your name? ").strip() or "stranger"
print(f"Hello, {name}!")

letters = len([c for c in name if c.isalpha()])
print(f"Your name has {letters} letter{'s' if letters != 1 else ''}; backwards it is {name[::-1]}.")
