import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCompilers } from "../compile-comparison.ts";

const main = (content: string) => [{ name: "main.cpp", content }];

const precompiled = "/usr/local/include/precompiled";
const plainCompile = ["/usr/bin/g++", "-std=gnu++20", "-O1", "-Wall", "-Wextra", "-o", "a.out", "{sources}"];

compareCompilers({
	id: "cpp",
	plainCompile,
	programs: [
		{
			title: "a macro before the include that changes the library keeps its meaning",
			files: main(
				'#define _GLIBCXX_ASSERTIONS\n#include <iostream>\n#include <vector>\nint main()\n{\n\tstd::vector<int> few{1};\n\tvolatile unsigned at = 3;\n\tstd::cout << "before" << std::endl;\n\treturn few[at];\n}\n',
			),
			says: /^before\n[\s\S]*Assertion '__n < this->size\(\)' failed/,
			ends: "signalled",
		},
		{
			title: "a macro before the include that renames a word of the library keeps its meaning",
			files: main('#define endl finish\n#include <iostream>\nint main() { std::cout << "renamed" << std::finish; }\n'),
			says: /undefined reference to `.*std::finish/,
			ends: "compileFailed",
		},
		{
			title: "a macro before the include that touches nothing of it is there after it",
			files: main('#define WORD "kept"\n#include <iostream>\nint main() { std::cout << WORD << std::endl; }\n'),
			says: /^kept\n/,
		},
		{
			title: "headers in another order are read in that order",
			files: main(
				'#include <vector>\n#include <string>\n#include <iostream>\n#include <algorithm>\nint main()\n{\n\tstd::vector<std::string> words{"b", "a"};\n\tstd::sort(words.begin(), words.end());\n\tfor (const auto &word : words) std::cout << word;\n\tstd::cout << "\\n";\n}\n',
			),
			says: /^ab\n/,
		},
		{
			title: "what comes before the include is seen by it",
			files: main('namespace own { int count = 3; }\n#include <iostream>\nint main() { std::cout << own::count << "\\n"; }\n'),
			says: /^3\n/,
		},
		{
			title: "a header of the workspace shadows the library's when it is named in quotes",
			files: [
				...main('#include "iostream"\n#include <cstdio>\nint main() { std::puts(mine); }\n'),
				{ name: "iostream", content: 'static const char *mine = "of the workspace";\n' },
			],
			says: /^of the workspace\n/,
		},
		{
			title: "a header of the workspace shadows nothing when the library's is named in brackets",
			files: [
				...main('#include <iostream>\nint main() { std::cout << "of the library\\n"; }\n'),
				{ name: "iostream", content: "#error not this one\n" },
			],
			says: /^of the library\n/,
		},
		{
			title: "what the header does not bring is still missing, in the same words",
			files: main("#include <iostream>\nint main()\n{\n\tstd::vector<int> few;\n}\n"),
			says: /main\.cpp:4:\d+: error: .vector. is not a member of .std.[\s\S]*defined in header .<vector>./,
			ends: "compileFailed",
		},
		{
			title: "an error inside the library is told with the same lines",
			files: main("#include <iostream>\nstruct Own {};\nint main() { std::cout << Own{}; }\n"),
			says: /main\.cpp:3:\d+: error: no match for .operator<<.[\s\S]*from main\.cpp:1:\n\/usr\/include\/c\+\+\/\d+\/ostream:\d+/,
			ends: "compileFailed",
		},
		{
			title: "a warning is told with its line",
			files: main("#include <iostream>\nint main(int count, char **)\n{\n\tunsigned size = 1;\n\treturn count < size ? 0 : 0;\n}\n"),
			says: /main\.cpp:5:\d+: warning: comparison of integer expressions/,
		},
		{
			title: "streams work before main, in the order of the files",
			files: [
				...main(
					'#include <iostream>\nstruct Early { Early() { std::cout << "main early\\n"; } } early;\nint main() { std::cout << "main\\n"; }\n',
				),
				{ name: "second.cpp", content: '#include <iostream>\nstruct Early { Early() { std::cout << "second early\\n"; } } other;\n' },
			],
			says: /early\n(main|second) early\nmain\n$/,
		},
		{
			title: "an exception that nobody catches ends the program in the same words",
			files: main('#include <iostream>\n#include <stdexcept>\nint main() { throw std::runtime_error("nobody"); }\n'),
			says: /terminate called after throwing an instance of 'std::runtime_error'\n\s+what\(\):\s+nobody/,
			ends: "signalled",
		},
		{
			title: "a missing function is told in GNU ld's words",
			files: main("#include <iostream>\nint missing(int);\nint main() { std::cout << missing(1); }\n"),
			says: /undefined reference to `missing\(int\)'\ncollect2: error: ld returned 1 exit status/,
			ends: "compileFailed",
		},
	],
	more(run) {
		// The compiler's own word on it (-H) makes it no silent success, so it is asked as the quick step asks it.
		const reports = async (source: string) =>
			(
				await run(main(source), [
					"/usr/bin/g++",
					"-isystem",
					precompiled,
					"-std=gnu++20",
					"-O1",
					"-Wall",
					"-Wextra",
					"-o",
					"a.out",
					"-H",
					"{sources}",
				])
			).stderr;

		test("the precompiled header fits the command, and is left where a macro would have changed it", async () => {
			assert.match(await reports("#include <iostream>\nint main() {}\n"), /^! \/usr\/local\/include\/precompiled\/iostream\.gch$/m);
			assert.match(
				await reports("#define _GLIBCXX_ASSERTIONS\n#include <iostream>\nint main() {}\n"),
				/^x \/usr\/local\/include\/precompiled\/iostream\.gch$/m,
			);
		});

		test("the header is taken from there without being asked for: a compile takes less than two thirds of the plain one's processor time", async () => {
			const source = main("#include <iostream>\nint main() { std::cout << 1; }\n");
			const cpuMs = async (compile?: readonly string[]) => {
				const times = [];
				for (let take = 0; take < 5; take++) times.push((await run(source, compile)).compileCpuMs ?? Number.NaN);
				return Math.min(...times);
			};
			assert.ok((await cpuMs()) < (2 / 3) * (await cpuMs(plainCompile)));
		});
	},
});
