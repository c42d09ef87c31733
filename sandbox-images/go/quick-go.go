// What a run calls in place of `go`: the compiler and the linker at once, without the go command, which takes longer to find out that the
// library in its cache is up to date than both of them take to work.
//
//	go build -trimpath "-ldflags=-s -w" -o a.out FILE...
//
// Only what the go command would do in the very same way is done here: files of one folder, of the standard library alone, without
// constraints or directives that the go command reads. And only a success without a word counts. Whatever else there is (another
// command, a module, an error, a warning) is left to the go command, which starts from the beginning and says it in its own words.
//
// Beside this program lie compile.cfg, where the packages are that a program may import, and link.cfg, where all packages are, with what
// runtime/debug.ReadBuildInfo is to answer. Both were written by the go command when the image was made.
package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
)

const (
	goCommand = "/usr/bin/go"
	output    = "a.out"
)

// Set by -ldflags=-X: where compile and link are.
var toolFolder string

var (
	expected = []string{"build", "-trimpath", "-ldflags=-s -w", "-o", output}

	// An underscore may make a test or another system's file of it.
	plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*\.go$`)

	// What the go command reads in a source and the compiler does not.
	directives = [][]byte{[]byte("go:build"), []byte("+build"), []byte("go:debug"), []byte("go:embed"), []byte(`"C"`), []byte("`C`")}

	// They make another build of it, or stand where the program is to go.
	obstacles = []string{"go.mod", "go.work", "vendor", ".git", output}
)

func main() {
	if sources := quickSources(os.Args[1:]); sources != nil && build(sources) {
		return
	}
	err := syscall.Exec(goCommand, append([]string{"go"}, os.Args[1:]...), os.Environ())
	os.Stderr.WriteString(goCommand + ": " + err.Error() + "\n")
	os.Exit(1)
}

// The files to compile, or nil when this is work for the go command.
func quickSources(arguments []string) []string {
	if len(arguments) <= len(expected) {
		return nil
	}
	for at, word := range expected {
		if arguments[at] != word {
			return nil
		}
	}
	for _, name := range obstacles {
		if _, err := os.Lstat(name); !os.IsNotExist(err) {
			return nil
		}
	}
	sources := []string{}
	seen := map[string]bool{}
	for _, name := range arguments[len(expected):] {
		// The go command refuses names that some file systems take for one.
		folded := strings.ToLower(name)
		if !plainName.MatchString(name) || seen[folded] || hasDirective(name) {
			return nil
		}
		seen[folded] = true
		sources = append(sources, "./"+name)
	}
	return sources
}

func hasDirective(name string) bool {
	content, err := os.ReadFile(name)
	if err != nil {
		return true
	}
	for _, directive := range directives {
		if bytes.Contains(content, directive) {
			return true
		}
	}
	return false
}

// With the go command's own flags (`go build -x` shows them).
func build(sources []string) bool {
	self, err := os.Executable()
	if err != nil {
		return false
	}
	here := filepath.Dir(self)
	workspace, err := os.Getwd()
	if err != nil {
		return false
	}
	work, err := os.MkdirTemp("", "go-build")
	if err != nil {
		return false
	}
	defer os.RemoveAll(work)
	archive := filepath.Join(work, "_pkg_.a")
	version := runtime.Version()
	return succeeds("compile", append([]string{
		"-o", archive, "-trimpath", workspace + "=>.;" + work + "=>", "-p", "main", "-lang=" + languageOf(version), "-complete", "-buildid", "quick/quick",
		"-goversion", version, "-c=1", "-nolocalimports", "-importcfg", filepath.Join(here, "compile.cfg"), "-pack",
	}, sources...)) && succeeds("link", []string{
		"-o", output, "-importcfg", filepath.Join(here, "link.cfg"), "-buildmode=exe", "-buildid=quick/quick/quick/quick", "-s", "-w", archive,
	})
}

// "go1.24" of "go1.24.4".
func languageOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(len(parts), 2)], ".")
}

// A success that says nothing. Garbage is collected only near the limit: most programs are done before there is enough of it.
func succeeds(tool string, arguments []string) bool {
	command := exec.Command(filepath.Join(toolFolder, tool), arguments...)
	command.Env = append(os.Environ(), "GOROOT=", "GOGC=off", "GOMEMLIMIT=96MiB")
	words, err := command.CombinedOutput()
	return err == nil && len(words) == 0
}
