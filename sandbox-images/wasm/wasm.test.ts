import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCatalogue, type Toolchain } from "../../server/languages/catalogue.ts";
import { ensureImages } from "../../setup/images.ts";
import { ContractSandbox, type Ending, engine, type Program } from "../contract-sandbox.ts";

/**
 * What a WASI module cannot reach, and how its ends are told. Its host refuses by itself; the container's walls behind it are tested elsewhere.
 * Long because the programs that it runs stand beside what is said of them.
 */

let c: Toolchain;
let cpp: Toolchain;
let quickjs: Toolchain;
let sandbox: ContractSandbox;

before(async () => {
	const catalogue = await readCatalogue(fileURLToPath(new URL("..", import.meta.url)));
	const find = (language: string) =>
		catalogue.find(language, undefined, "wasm") ?? assert.fail(`${language} does not run in the tier wasm`);
	[c, cpp, quickjs] = [find("c"), find("cpp"), find("javascript")];
	const progress = (line: string) => void process.stderr.write(`${line}\n`);
	const images = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress, languages: ["c"] });
	sandbox = await ContractSandbox.start(c, images[c.key] ?? assert.fail(`no image of ${c.key}`));
});
after(() => sandbox.destroy());

interface More extends Partial<Program> {
	readonly beside?: Program["files"];
}

function runAs(toolchain: Toolchain, entry: string, content: string, { beside = [], ...rest }: More = {}): Promise<Ending> {
	return sandbox.run({ files: [{ name: entry, content }, ...beside], entry, mode: "pipes", ...rest }, toolchain);
}

const runC = (content: string, more?: More) => runAs(c, "main.c", content, more);
const runCpp = (content: string, more?: More) => runAs(cpp, "main.cpp", content, more);
const runScript = (content: string, more?: More) => runAs(quickjs, "main.js", content, more);

describe("beyond the workspace", () => {
	test("ATTACKS.md 17, 18, 27: raw calls with every way out are refused by the host itself, as beyond what was granted", async () => {
		const source = await readFile(new URL("test/escape.c", import.meta.url), "utf8");
		const { stdout, stderr, outcome } = await runC(source);
		const lines = stdout.trim().split("\n");
		assert.ok(lines.length > 20, stdout + stderr);
		assert.deepEqual(
			lines.filter((line) => !line.endsWith(" refused")),
			["control: a file of its own done", "control: a link of its own done"],
		);
		assert.deepEqual(outcome, { kind: "exited", code: 0 });
	});

	test("ATTACKS.md 27, 33: the usual calls of C see an empty environment and no file but the program's", async () => {
		const { stdout } = await runC(`#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
extern char **environ;
int main(void)
{
	const char *paths[] = { "/etc/passwd", "/proc/self/maps", "/tmp/program.wasm", "/usr/lib/wasi/qjs.wasm", "../etc/passwd", "/dev/tty", "/workspace/../etc/passwd" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		printf("%s %s\\n", paths[i], fopen(paths[i], "r") ? "had" : "no");
	printf("environment %s\\n", environ == NULL || *environ == NULL ? "empty" : *environ);
	printf("PATH %s\\n", getenv("PATH") ? getenv("PATH") : "none");
	DIR *folder = opendir("/");
	for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) printf("entry %s\\n", entry->d_name);
	printf("%s\\n", fopen("/workspace/main.c", "r") && fopen("main.c", "r") ? "control: its own source" : "lost");
}`);
		assert.doesNotMatch(stdout, / had$/m);
		assert.match(stdout, /^environment empty$/m);
		assert.match(stdout, /^PATH none$/m);
		assert.deepEqual(stdout.match(/^entry (?!\.)(.*)$/gm), ["entry main.c"]);
		assert.match(stdout, /^control: its own source$/m);
	});

	test("ATTACKS.md 29, 41: a module that asks for more than preview 1 has does not start", async () => {
		const imported = (module: string, name: string) =>
			runC(`__attribute__((import_module("${module}"), import_name("${name}"))) int wanted(int);\nint main(void) { return wanted(1); }`);
		for (const [module, name] of [
			["env", "system"],
			["wasi_snapshot_preview1", "sock_open"],
			["wasi_snapshot_preview1", "sock_connect"],
			["wasi_unstable", "fd_write"],
			["wasi_snapshot_preview1", "constructor"],
			["wasi_snapshot_preview1", "__proto__"],
		] as const) {
			const { stdout, stderr, outcome } = await imported(module, name);
			assert.match(stderr, /^wasi: the module asks for \S+, which is not granted$/m, `${module}.${name}: ${stdout}`);
			assert.deepEqual(outcome, { kind: "exited", code: 126 });
		}
	});

	test("the host's process holds no permission by the time a module runs", async () => {
		// The host as it is, with a probe in place of WebAssembly, called when a module would be made.
		const probe = `WebAssembly.Module = class { constructor() {
			for (const name of ["read", "write", "net", "env", "run", "ffi", "sys", "import"]) console.log(name, Deno.permissions.querySync({ name }).state);
			for (const path of ["/workspace", "/tmp/program.wasm"]) console.log(path, Deno.permissions.querySync({ name: "read", path }).state);
			try { Deno.readTextFileSync("/workspace/main.c"); console.log("had"); } catch (error) { console.log(error.name); }
			Deno.exit(0);
		} };`;
		const preload = `--preload=data:text/javascript,${encodeURIComponent(probe)}`;
		const { stdout, stderr } = await runAs({ ...c, run: c.run.toSpliced(2, 0, preload) }, "main.c", "int main(void) {}");
		assert.match(stdout, /NotCapable/, stderr);
		assert.doesNotMatch(stdout, /granted|had/);
		assert.equal(stdout.trim().split("\n").length, 11);
	});

	test("ATTACKS.md 34: a configuration of the host's runtime in the workspace is not read, and arguments are the program's", async () => {
		const { stdout } = await runC(
			'#include <stdio.h>\nint main(int count, char **words) { for (int i = 0; i < count; i++) puts(words[i]); puts(fopen("/etc/passwd", "r") ? "had" : "no"); }',
			{
				arguments: ["--allow-all", "-A", "--v8-flags=--help", ""],
				beside: [
					{ name: "deno.json", content: '{ "permissions": { "default": { "all": true } }, "preload": ["./x.ts"] }' },
					{ name: "package.json", content: "not even JSON" },
					{ name: ".npmrc", content: "registry=http://127.0.0.1/" },
				],
			},
		);
		assert.equal(stdout, "main\n--allow-all\n-A\n--v8-flags=--help\n\nno\n");
	});

	test("ATTACKS.md 34: a source that is called like an option or a file of options becomes none", async () => {
		for (const name of ["-o.c", "--help.c", "@flags.c"]) {
			const { stdout, stderr } = await runAs(c, name, '#include <stdio.h>\nint main(void) { puts("itself"); }');
			assert.equal(stdout, "itself\n", `${name}: ${stderr}`);
		}
	});

	test("ATTACKS.md 34: the script of the interpreter has the workspace and no process", async () => {
		const { stdout } = await runScript(`import * as std from "std";
import * as os from "os";
const tell = (what, value) => console.log(what, value);
tell("passwd", std.loadFile("/etc/passwd"));
tell("above", os.open("../etc/passwd", os.O_RDONLY) < 0);
tell("own", std.loadFile("main.js").length > 100);
tell("environment", JSON.stringify(std.getenviron()));
tell("worker", typeof os.Worker);
for (const [what, action] of Object.entries({
	exec: () => os.exec(["/usr/bin/deno"]),
	popen: () => std.popen("id", "r"),
	url: () => std.urlGet("http://127.0.0.1/"),
	native: () => import("./native.so"),
	outside: () => import("/etc/passwd"),
})) {
	try { const value = await action(); tell(what, value === null ? "none" : "had"); } catch (error) { tell(what, "refused"); }
}`);
		assert.deepEqual(stdout.trim().split("\n"), [
			"passwd null",
			"above true",
			"own true",
			"environment {}",
			"worker undefined",
			"exec refused",
			"popen none",
			"url refused",
			"native refused",
			"outside refused",
		]);
	});
});

describe("its ends", () => {
	test("exit codes arrive, those of main and of exit", async () => {
		assert.deepEqual((await runC("int main(void) { return 3; }")).outcome, { kind: "exited", code: 3 });
		assert.deepEqual((await runC("#include <stdlib.h>\nint main(void) { exit(42); }")).outcome, { kind: "exited", code: 42 });
		assert.deepEqual((await runScript('import * as std from "std";\nstd.exit(7);')).outcome, { kind: "exited", code: 7 });
	});

	for (const [what, body, says] of [
		["__builtin_trap", "__builtin_trap();", /Trapped: unreachable[\s\S]* in inner\n[\s\S]* in main/],
		["abort", "abort();", /Trapped: unreachable[\s\S]* in abort/],
		["assert", "assert(count > 10);", /Assertion failed: count > 10 \(main\.c: inner: \d+\)[\s\S]*Trapped/],
		["an access beyond memory", "return *(volatile int *)0xfffffff0;", /Trapped: out of bounds[\s\S]* in inner/],
		["a division by zero", "return 7 / (count - count);", /Trapped: division by zero[\s\S]* in inner/],
		[
			"a wrong function pointer",
			"int (*volatile pointer)(double) = (int (*)(double))(void *)inner; return pointer(count);",
			/Trapped: a function pointer leads to no function of that type/,
		],
		["endless recursion", "return 1 + inner(count + 1) * inner(count);", /Trapped: (stack overflow|out of bounds)/],
	] as const) {
		test(`${what} is told as a trap, with the functions it was in`, async () => {
			const { stderr, outcome } = await runC(`#include <assert.h>
#include <stdlib.h>
__attribute__((noinline)) static int inner(volatile int count) { ${body} return count; }
int main(int count, char **words) { (void)words; return inner(count) & 1; }`);
			assert.match(stderr, says);
			assert.deepEqual(outcome, { kind: "exited", code: 134 });
		});
	}

	test("an uncaught error of a script names its file and line", async () => {
		const { stderr, outcome } = await runScript('const deep = () => {\n\tthrow new Error("on purpose");\n};\ndeep();\n');
		assert.match(stderr, /Error: on purpose\n[\s\S]*main\.js:2/);
		assert.deepEqual(outcome, { kind: "exited", code: 1 });
	});

	test("ATTACKS.md 2: a memory bomb is told as memory, and the sandbox runs on", async () => {
		const bomb = `#include <stdlib.h>
#include <string.h>
char *volatile last;
int main(void) { while ((last = malloc(1 << 20))) memset(last, 1, 1 << 20); }`;
		for (const ending of [await runC(bomb), await runScript("const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));")])
			assert.equal(ending.outcome.kind === "limited" && ending.outcome.limit, "memory", JSON.stringify(ending.outcome));
		assert.deepEqual((await runC("int main(void) {}")).outcome, { kind: "exited", code: 0 });
	});

	test("ATTACKS.md 3: a program that fills its files is told that there is no space", async () => {
		const { stdout } = await runC(`#include <errno.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
	static char block[1 << 20];
	FILE *file = fopen("full", "w");
	int count = 0;
	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(block, sizeof block, 1, file) == 1) count++;
	printf("%d %s\\n", count, strerror(errno));
}`);
		assert.match(stdout, /^6[0-4] No space left on device$/m);
	});

	test("an endless loop ends at the time limit", async () => {
		const { outcome } = await runC("int main(void) { for (volatile int i = 0;; i++) ; }", { limits: { totalWallMs: 1_500 } });
		assert.equal(outcome.kind === "limited" && outcome.limit, "totalWall", JSON.stringify(outcome));
	});
});

describe("its streams and files", () => {
	for (const mode of ["pty", "pipes"] as const) {
		test(`input is read as it is typed, and the end of input is told (${mode})`, async () => {
			const { stdout, outcome } = await runC(
				`#include <stdio.h>
#include <unistd.h>
int main(void)
{
	char line[64];
	printf("terminal %d%d first? ", isatty(0), isatty(1));
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) return 1;
	printf("had %ssecond? ", line);
	fflush(stdout);
	int c = getchar();
	printf("had %c\\n", c);
}`,
				{
					mode,
					dialogue: [
						{ after: "first? ", type: "one\n" },
						{ after: "second? ", type: "x\n" },
					],
				},
			);
			assert.match(stdout, mode === "pty" ? /terminal 11/ : /terminal 00/);
			assert.match(stdout, /had one[\s\S]*had x/);
			assert.deepEqual(outcome, { kind: "exited", code: 0 });
		});
	}

	test("ATTACKS.md 8: bytes that are no text arrive as they are", async () => {
		const { stdout } = await runC(
			'#include <stdio.h>\nint main(void) { fwrite("a\\0b\\xff\\xe2\\x82", 1, 6, stdout); fwrite("\\xac\\n", 1, 2, stdout); }',
		);
		assert.equal(
			Buffer.from(stdout).toString("hex"),
			Buffer.from(Buffer.from("6100 62ff e282 ac0a".replaceAll(" ", ""), "hex").toString()).toString("hex"),
		);
	});

	test("files are made, appended to, listed, renamed, read back and removed", async () => {
		const { stdout } = await runC(`#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
	mkdir("folder", 0777);
	FILE *file = fopen("folder/a.txt", "w");
	fputs("one\\n", file);
	fclose(file);
	file = fopen("/workspace/folder/a.txt", "a");
	fputs("two\\n", file);
	fclose(file);
	rename("folder/a.txt", "folder/b.txt");
	symlink("folder/b.txt", "link");
	char line[16];
	file = fopen("link", "r+");
	fseek(file, 4, SEEK_SET);
	fgets(line, sizeof line, file);
	fclose(file);
	struct stat about;
	stat("link", &about);
	printf("%s%lld %d%d\\n", line, (long long)about.st_size, unlink("folder/b.txt"), rmdir("folder"));
}`);
		assert.equal(stdout, "two\n8 00\n");
	});

	test("time goes on, a sleep takes its time, and random numbers differ from run to run", async () => {
		const program = `#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
	struct timespec before, after;
	unsigned int number;
	clock_gettime(CLOCK_MONOTONIC, &before);
	usleep(50000);
	clock_gettime(CLOCK_MONOTONIC, &after);
	getentropy(&number, sizeof number);
	printf("%d %lld %u\\n", (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec >= 50000000, (long long)time(NULL), number);
}`;
		const [one, two] = [await runC(program), await runC(program)].map((ending) => ending.stdout.trim().split(" "));
		assert.equal(one?.[0], "1");
		assert.ok(Math.abs(Number(one?.[1]) - Date.now() / 1_000) < 60, one?.[1]);
		assert.notEqual(one?.[2], two?.[2]);
	});

	test("C has setjmp, signals of its own and long doubles; C++ has its library, and says that it has no exceptions", async () => {
		const { stdout } = await runC(`#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
static jmp_buf back;
static void on_signal(int number) { (void)number; puts("signal"); longjmp(back, 1); }
int main(void)
{
	signal(SIGUSR1, on_signal);
	if (setjmp(back) == 0) raise(SIGUSR1);
	printf("back %.3Lf\\n", 1.5L);
}`);
		assert.equal(stdout, "signal\nback 1.500\n");
		const refused = await runCpp('#include <stdexcept>\nint main() { throw std::runtime_error("x"); }\n');
		assert.equal(refused.outcome.kind, "compileFailed");
		assert.match(refused.stderr, /main\.cpp:2:\d+: error: cannot use 'throw' with exceptions disabled/);
	});
});
