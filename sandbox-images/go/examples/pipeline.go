package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// A pipeline: numbers are made, spread over workers, and collected, each stage a goroutine that ends when its input does.

// collatz returns how many steps n takes to reach 1: half it when even, else three times and one.
func collatz(n int) (steps int) {
	for ; n != 1; steps++ {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
	}
	return steps
}

type result struct{ start, steps int }

func numbers(ctx context.Context, from, to int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for n := from; n <= to; n++ {
			select {
			case out <- n:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func longest(in <-chan int) (best result) {
	for n := range in {
		if steps := collatz(n); steps > best.steps {
			best = result{n, steps}
		}
	}
	return best
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	work := numbers(ctx, 1, 50_000)
	results := make([]result, max(2, runtime.NumCPU()))
	var group sync.WaitGroup
	for worker := range results {
		group.Add(1)
		go func() {
			defer group.Done()
			results[worker] = longest(work)
		}()
	}
	group.Wait()

	var best result
	for _, r := range results {
		if r.steps > best.steps {
			best = r
		}
	}
	fmt.Printf("Of all numbers to 50,000, %d takes longest to come down to 1: %d steps.\n", best.start, best.steps)
}
