package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// A pipeline: numbers are made, spread over workers, and collected. Each stage is a goroutine and ends when its input does.

type result struct{ start, steps int }

// collatz says how many steps n takes to reach 1: half it when even, else three times and one.
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

// numbers sends the integers from 1 to last.
func numbers(last int) <-chan int {
	out := make(chan int, 64)
	go func() {
		defer close(out)
		for n := range last {
			out <- n + 1
		}
	}()
	return out
}

// spread lets several workers take from one channel and give to another, which closes when the last of them is done.
func spread(workers int, in <-chan int, work func(int) int) <-chan result {
	out := make(chan result, 64)
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range in {
				out <- result{n, work(n)}
			}
		}()
	}
	go func() {
		group.Wait()
		close(out)
	}()
	return out
}

func main() {
	const last = 30_000
	var all []result
	for r := range spread(runtime.NumCPU(), numbers(last), collatz) {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b result) int { return (b.steps-a.steps)*last + a.start - b.start })

	fmt.Printf("Of the numbers to %d, these take longest to come down to 1:\n\n", last)
	for _, r := range all[:8] {
		fmt.Printf("%7d  %s %d steps\n", r.start, strings.Repeat("▪", r.steps/8), r.steps)
	}
}
