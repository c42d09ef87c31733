package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

// Ask for a name, then greet.
func main() {
	fmt.Print("What is your name? ")
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')

	name := strings.TrimSpace(line)
	if name == "" {
		name = "stranger"
	}
	fmt.Printf("Hello, %s!\n", name)
	fmt.Printf("Your name has %d characters in %d bytes.\n", utf8.RuneCountInString(name), len(name))
}
