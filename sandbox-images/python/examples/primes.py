"""The sieve of Eratosthenes without a limit: a generator that never has to know how far it will be asked to go."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count, islice, pairwise, takewhile


def primes() -> Iterator[int]:
    """Yield the primes in order, remembering for each composite ahead which primes will hit it."""
    witnesses: defaultdict[int, list[int]] = defaultdict(list)
    for number in count(2):
        found = witnesses.pop(number, None)
        if found is None:
            yield number
            witnesses[number * number].append(number)
        else:
            for prime in found:
                witnesses[number + prime].append(prime)


def main() -> None:
    print("The first twenty:", *islice(primes(), 20))

    below = list(takewhile(lambda p: p < 100_000, primes()))
    print(f"Below 100,000 there are {len(below):,} of them; the last is {below[-1]:,}.")

    twins = sum(b - a == 2 for a, b in pairwise(below))
    print(f"{twins:,} pairs are twins, two apart.")

    gap, after = max((b - a, a) for a, b in pairwise(below))
    print(f"The widest gap is {gap}, after {after:,}.\n")

    print("Their last digits:")
    for digit in (1, 3, 7, 9):
        share = sum(p % 10 == digit for p in below) / len(below)
        print(f"  {digit}  {'█' * round(share * 120)} {share:.2%}")


if __name__ == "__main__":
    main()
