package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A pipeline: numbers are made, spread over workers, and collected. Each stage ends when its input does.

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

// spread lets several workers take from one channel and give to another, which closes when the last is done.
func spread(workers int, in <-chan int, work func(int) int) <-chan result {
	out := make(chan result, 64)
	var group sync.WaitGroup
	group.Add(workers)
	for range workers {
		go func() {
			defer group.Done()
			for n := range in {
				out <- result{n, work(n)}
			}
		}()
	}
	go func() { group.Wait(); close(out) }()
	return out
}

func main() {
	const last = 30_000
	numbers := make(chan int, 64)
	go func() {
		defer close(numbers)
		for n := range last {
			numbers <- n + 1
		}
	}()
	all := make([]result, 0, last)
	for r := range spread(4, numbers, collatz) {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b result) int { return (b.steps-a.steps)*last + a.start - b.start })
	for _, r := range all[:8] {
		fmt.Printf("%7d  %s %d steps\n", r.start, strings.Repeat("▪", r.steps/8), r.steps)
	}
}
