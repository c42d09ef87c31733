import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCompilers } from "../compile-comparison.ts";

const main = (content: string) => [{ name: "main.c", content }];

compareCompilers({
	id: "c",
	plainCompile: ["/usr/bin/gcc", "-std=gnu17", "-O1", "-g", "-Wall", "-Wextra", "-o", "a.out", "{sources}", "-lm"],
	programs: [
		{
			title: "a function that nobody wrote is missed in GNU ld's words",
			files: main("int missing(void);\nint main(void) { return missing(); }\n"),
			says: /undefined reference to `missing'\ncollect2: error: ld returned 1 exit status/,
			ends: "compileFailed",
		},
		{
			title: "a program without main is refused in GNU ld's words",
			files: main("int other(void) { return 0; }\n"),
			says: /undefined reference to `main'/,
			ends: "compileFailed",
		},
		{
			title: "a function written twice is refused in GNU ld's words",
			files: [
				{ name: "main.c", content: "int twice(void) { return 1; }\nint main(void) { return twice(); }\n" },
				{ name: "second.c", content: "int twice(void) { return 2; }\n" },
			],
			says: /multiple definition of `twice'/,
			ends: "compileFailed",
		},
		{
			title: "a dangerous function of the library is warned of in GNU ld's words",
			files: main('#include <stdio.h>\nint main(void) { char name[L_tmpnam]; puts(tmpnam(name) ? "named" : "not"); }\n'),
			says: /warning: the use of `tmpnam' is dangerous/,
		},
		{
			title: "code on the stack is warned of in GNU ld's words",
			files: main(
				'#include <stdio.h>\n#include <stdlib.h>\nint main(void)\n{\n\tint sign = -1, list[] = { 1, 3, 2 };\n\tint compare(const void *a, const void *b) { return sign * (*(const int *)a - *(const int *)b); }\n\tqsort(list, 3, sizeof *list, compare);\n\tprintf("%d\\n", list[0]);\n}\n',
			),
			says: /^3\n[\s\S]*requires executable stack/,
		},
		{
			title: "memory that is writable and executable at once is warned of in GNU ld's words",
			files: main('int own __attribute__((section(".mine,\\"awx\\",@progbits#"))) = 1;\nint main(void) { return own - 1; }\n'),
			says: /a\.out has a LOAD segment with RWX permissions/,
		},
		{
			title: "a compiler's warning stays, and the program runs",
			files: main('#include <stdio.h>\nint main(void) { int unused; puts("ran"); }\n'),
			says: /ran[\s\S]*main\.c:2:\d+: warning: unused variable/,
		},
		{
			title: "constructors run in the order of their priorities",
			files: main(
				'#include <stdio.h>\n__attribute__((constructor(300))) static void third(void) { puts("300"); }\n__attribute__((constructor(101))) static void first(void) { puts("101"); }\n__attribute__((constructor(200))) static void second(void) { puts("200"); }\n__attribute__((constructor)) static void last(void) { puts("none"); }\n__attribute__((destructor)) static void end(void) { puts("end"); }\nint main(void) { puts("main"); }\n',
			),
			says: /^101\n200\n300\nnone\nmain\nend\n/,
		},
		{
			title: "mathematics, threads, thread-local and weak symbols work",
			files: main(
				'#include <math.h>\n#include <pthread.h>\n#include <stdio.h>\n#include <stdlib.h>\nint absent(void) __attribute__((weak));\nstatic _Thread_local int own = 7;\nstatic void *work(void *from) { own += *(int *)from; return (void *)(long)own; }\nint main(void)\n{\n\tpthread_t thread;\n\tint add = 2;\n\tvoid *sum;\n\tpthread_create(&thread, NULL, work, &add);\n\tpthread_join(thread, &sum);\n\tprintf("%ld %d %.3f %d\\n", (long)sum, own, sqrt(atof("2")), absent ? 1 : 0);\n}\n',
			),
			says: /^9 7 1\.414 0\n/,
		},
		{
			title: "an assertion that fails names its line",
			files: main("#include <assert.h>\nint main(int count, char **words)\n{\n\t(void)words;\n\tassert(count == 5);\n}\n"),
			says: /main\.c:5: main: Assertion `count == 5' failed/,
			ends: "signalled",
		},
		{
			title: "a folder where the program is to go is refused in GNU ld's words",
			files: [...main("int main(void) { return 0; }\n"), { name: "a.out/file.txt", content: "x" }],
			says: /cannot open output file a\.out: Is a directory/,
			ends: "compileFailed",
		},
	],
	more(run, quickCompile) {
		// Put together at run time: in one piece it would lie in every program that looks for it.
		const looksForGold =
			'#define _GNU_SOURCE\n#include <stdio.h>\n#include <string.h>\nint main(void)\n{\n\tstatic char bytes[1 << 20];\n\tchar section[40];\n\tsnprintf(section, sizeof section, "%s%s", ".note.gnu.gold", "-version");\n\tFILE *self = fopen("/proc/self/exe", "rb");\n\tsize_t length = fread(bytes, 1, sizeof bytes, self);\n\tputs(memmem(bytes, length, section, strlen(section)) ? "gold" : "other");\n}\n';

		test("gold links what it can link without a word, and only by this command", async () => {
			assert.equal((await run(main(looksForGold))).stdout, "gold\n");
			const plain = quickCompile.filter((word) => !word.startsWith("-B"));
			assert.equal((await run(main(looksForGold), plain)).stdout, "other\n");
		});
	},
});
