import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCompilers } from "../compile-comparison.ts";

const main = (content: string) => [{ name: "main.go", content }];
const hello = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n';

compareCompilers({
	id: "go",
	plainCompile: ["/usr/bin/go", "build", "-trimpath", "-ldflags=-s -w", "-o", "a.out", "{sources}"],
	programs: [
		{
			title: "what a program may learn of its own build is the same",
			files: main(
				'package main\n\nimport (\n\t"fmt"\n\t"runtime"\n\t"runtime/debug"\n)\n\nfunc main() {\n\tinfo, ok := debug.ReadBuildInfo()\n\t_, file, line, _ := runtime.Caller(0)\n\tfmt.Println(ok, info, file, line, runtime.Version())\n}\n',
			),
			says: /path\tcommand-line-arguments[\s\S]*\.\/main\.go 11 go1\.\d+/,
		},
		{
			title: "a panic's traceback is the same",
			files: main(
				'package main\n\nfunc third(at int) int { return []int{1}[at] }\n\nfunc main() {\n\tprintln("before")\n\tthird(len("four"))\n}\n',
			),
			says: /panic: runtime error: index out of range \[4\] with length 1[\s\S]*main\.go:\d+/,
			ends: "exitedOtherwise",
		},
		{
			title: "names that mean nothing are told",
			files: main("package main\n\nfunc main() {\n\tzero()\n\tone()\n}\n"),
			says: /# command-line-arguments\n\.\/main\.go:4:2: undefined: zero\n\.\/main\.go:5:2: undefined: one/,
			ends: "compileFailed",
		},
		{
			title: "an import and a variable that nobody uses are told",
			files: main('package main\n\nimport "os"\n\nfunc main() {\n\tx := 1\n}\n'),
			says: /"os" imported and not used[\s\S]*declared and not used: x/,
			ends: "compileFailed",
		},
		{
			title: "a mistake of grammar is told",
			files: main("package main\n\nfunc main() {\n"),
			says: /main\.go:\d+:\d+: syntax error/,
			ends: "compileFailed",
		},
		{
			title: "a package that nobody has is told",
			files: main('package main\n\nimport "strangs"\n\nfunc main() { strangs.Do() }\n'),
			says: /main\.go:3:8: package strangs is not in std/,
			ends: "compileFailed",
		},
		{
			title: "a package of somebody else is told",
			files: main('package main\n\nimport _ "example.org/far/away"\n\nfunc main() {}\n'),
			says: /main\.go:3:8: no required module provides package example\.org\/far\/away/,
			ends: "compileFailed",
		},
		{
			title: "an internal package is refused",
			files: main('package main\n\nimport _ "internal/abi"\n\nfunc main() {}\n'),
			says: /use of internal package internal\/abi not allowed/,
			ends: "compileFailed",
		},
		{
			title: "a package that the library vendors is refused",
			files: main('package main\n\nimport _ "vendor/golang.org/x/net/idna"\n\nfunc main() {}\n'),
			says: /use of vendored package not allowed/,
			ends: "compileFailed",
		},
		{
			title: "a package that is not main is treated alike",
			files: main('package other\n\nimport "fmt"\n\nfunc main() { fmt.Println(1) }\n'),
			says: /^(?!1\n)/,
			ends: "exitedOtherwise",
		},
		{
			title: "a program without main is refused",
			files: main("package main\n\nfunc other() {}\n"),
			says: /function main is undeclared in the main package/,
			ends: "compileFailed",
		},
		{
			title: "a function without a body is refused",
			files: main("package main\n\nfunc missing()\n\nfunc main() { missing() }\n"),
			says: /missing function body/,
			ends: "compileFailed",
		},
		{
			title: "a build constraint is treated alike",
			files: [
				...main("package main\n\nfunc main() { println(word()) }\n"),
				{ name: "a.go", content: '//go:build !windows\n\npackage main\n\nfunc word() string { return "here" }\n' },
				{ name: "b.go", content: '//go:build windows\n\npackage main\n\nfunc word() string { return "there" }\n' },
			],
			says: /word redeclared in this block/,
			ends: "compileFailed",
		},
		{
			title: "a file of tests among the files is treated alike",
			files: [...main(hello), { name: "main_test.go", content: "package main\n\nfunc zero() { nothing() }\n" }],
			says: /^hello\n/,
		},
		{
			title: "the second of two files is named where it is wrong",
			files: [
				...main("package main\n\nfunc main() { other() }\n"),
				{ name: "second.go", content: "package main\n\nfunc other() int { }\n" },
			],
			says: /second\.go:3:\d+: missing return/,
			ends: "compileFailed",
		},
		{
			title: "files of two packages are refused",
			files: [...main(hello), { name: "second.go", content: "package second\n" }],
			says: /found packages main \(main\.go\) and second \(second\.go\)/,
			ends: "compileFailed",
		},
		{
			title: "files of two folders are refused",
			files: [...main(hello), { name: "second/second.go", content: "package second\n" }],
			says: /named files must all be in one directory/,
			ends: "compileFailed",
		},
		{
			title: "a module's go.mod is heeded",
			files: [...main(hello), { name: "go.mod", content: "module example.org/own\n\ngo 1.99\n" }],
			says: /go\.mod requires go >= 1\.99/,
			ends: "compileFailed",
		},
		{
			title: "a file is embedded",
			files: [
				...main('package main\n\nimport _ "embed"\n\n//go:embed word.txt\nvar word string\n\nfunc main() { print(word) }\n'),
				{ name: "word.txt", content: "embedded\n" },
			],
			says: /^embedded\n/,
		},
		{
			title: "a setting of the runtime in a comment is heeded",
			files: main(
				'//go:debug panicnil=1\npackage main\n\nimport "fmt"\n\nfunc main() {\n\tdefer func() { fmt.Println("recovered", recover()) }()\n\tpanic(nil)\n}\n',
			),
			says: /^recovered <nil>\n/,
		},
		{
			title: "C in a program is refused",
			files: main('package main\n\nimport "C"\n\nfunc main() {}\n'),
			says: /no Go source files/,
			ends: "compileFailed",
		},
		{
			title: "a file where the program is to go is treated alike",
			files: [...main(hello), { name: "a.out", content: "mine" }],
			says: /build output "a\.out" already exists and is not an object file/,
			ends: "compileFailed",
		},
		{
			title: "a larger part of the library, goroutines and generics work",
			files: main(
				'package main\n\nimport (\n\t"encoding/json"\n\t"fmt"\n\t"net/http/httptest"\n\t"regexp"\n\t"slices"\n\t"sync"\n\t"text/template"\n\t"time"\n)\n\ntype Pair[T any] struct{ A, B T }\n\nfunc main() {\n\tvar group sync.WaitGroup\n\tsums := make([]int, 4)\n\tfor i := range sums {\n\t\tgroup.Add(1)\n\t\tgo func() { defer group.Done(); sums[i] = i * i }()\n\t}\n\tgroup.Wait()\n\tslices.Reverse(sums)\n\ttext, _ := json.Marshal(Pair[int]{1, 2})\n\tfmt.Println(sums, string(text), regexp.MustCompile("a+").FindString("baa"), httptest.NewRecorder().Code, time.Duration(1500)*time.Millisecond, template.HTMLEscapeString("<"))\n}\n',
			),
			says: /^\[9 4 1 0\] \{"A":1,"B":2\} aa 200 1\.5s &lt;\n/,
		},
	],
	more(run, quickCompile) {
		// The quick build's own id, put together at run time; the go command writes a digest there.
		const looksForId =
			'package main\n\nimport (\n\t"bytes"\n\t"fmt"\n\t"os"\n\t"strings"\n)\n\nfunc main() {\n\tself, _ := os.ReadFile("/proc/self/exe")\n\tfmt.Println(bytes.Contains(self, []byte(strings.Repeat("quick/", 3)+"quick")))\n}\n';

		test("a plain program is built without the go command, and only by this command", async () => {
			assert.equal((await run(main(looksForId))).stdout, "true\n");
			assert.equal((await run(main(looksForId), ["/usr/bin/go", ...quickCompile.slice(1)])).stdout, "false\n");
		});
	},
});
