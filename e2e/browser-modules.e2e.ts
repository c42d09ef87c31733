import type { Page } from "playwright/test";
import { stillPageMs, watchFrames } from "./page-objects/frame-watch.ts";
import { bootMs, openHere, runHere } from "./page-objects/in-this-browser.ts";
import { expect, test } from "./page-objects/test.ts";

/** C and C++ in the reader's own browser: compiled by the server, and from then on no concern of it. */

test.setTimeout(300_000);

const inC = (body: string, before = ""): string =>
	`#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n${before}\nint main(int count, char **words) {\n(void)count; (void)words;\n${body}\nreturn 0;\n}\n`;

test("a C program asks as it goes, and the page says who compiled it and where it runs", async ({ playground, page }) => {
	const said = await watchStatus(page);
	await openHere(playground, "C");
	const code = inC(
		'char name[40]; printf("who? "); fflush(stdout); if (scanf("%39s", name) != 1) return 2; usleep(300000); printf("hello %s\\n", name);',
	);
	await runHere(playground, code, "who?");
	await playground.expectStatus("Compiled on the server, running in this browser …");
	await playground.expectStatus("IsolationThis browser");
	await playground.answer("Żaneta");
	await expect(playground.output).toContainText("hello Żaneta");
	await playground.expectFinished();
	await playground.expectStatus("IsolationThis browser");
	expect(said.join("\n")).toContain("Compiling on the server, to run in this browser …");
});

test("the server compiles, and once it has done so it is not needed: the program runs on when the connection is gone", async ({
	playground,
	context,
}) => {
	await openHere(playground, "C");
	await runHere(playground, inC('char line[40]; puts("up"); while (fgets(line, 40, stdin)) printf("heard %s", line);'), "up");
	await context.setOffline(true);
	await playground.answer("one");
	await expect(playground.output).toContainText("heard one");
	await playground.answer("two");
	await expect(playground.output).toContainText("heard two");
	await playground.page.keyboard.press("Control+D");
	await playground.expectFinished();
	await context.setOffline(false);
});

test("what the compiler says stands in the terminal, and a program that does not compile runs nowhere", async ({ playground }) => {
	await openHere(playground, "C");
	await playground.runCode(inC("int unused; undeclared = 1;"));
	await expect(playground.output).toContainText("use of undeclared identifier 'undeclared'", { timeout: bootMs });
	await expect(playground.status).not.toContainText("IsolationThis browser");
	await runHere(playground, inC('int unused; puts("ran");'), "ran");
	await expect(playground.output).toContainText("unused variable");
	await playground.expectFinished();
});

test("several files, arguments, its own files and an exit code are what they are elsewhere", async ({ playground }) => {
	await openHere(playground, "C");
	await playground.addFile("words.c", 'const char *greeting(void) { return "from another file"; }\n');
	await playground.tab("main.c").click();
	await playground.arguments.fill("one 'two words'");
	const body = `FILE *kept = fopen("kept.txt", "w+"); fputs(greeting(), kept); rewind(kept);
char line[40]; fgets(line, 40, kept); printf("%s, %s, %s, %d\\n", words[0], line, words[2], fopen("/etc/passwd", "r") != NULL); return 3;`;
	await runHere(playground, inC(body, "const char *greeting(void);"), "main, from another file, two words, 0");
	await playground.expectExitCode(3);
});

test("C++ with streams and containers runs, and asks", async ({ playground }) => {
	await openHere(playground, "C++");
	const code = `#include <iostream>
#include <map>
#include <string>
int main() {
	std::map<std::string, int> counts;
	std::cout << "words? " << std::flush;
	for (std::string word; std::cin >> word && word != "end";) counts[word]++;
	for (auto const &[word, count] : counts) std::cout << word << ' ' << count << '\\n';
}
`;
	await runHere(playground, code, "words?");
	await playground.answer("b a b end");
	await expect(playground.output).toContainText("b 2");
	await playground.expectFinished();
});

test("Stop ends an endless loop at once, and else the time limit does; the page goes on", async ({ playground, page }) => {
	await openHere(playground, "C");
	const spin = inC('puts("spinning"); for (volatile int at = 0; ; at++) { }');
	await runHere(playground, spin, "spinning");
	const longestFrameMs = await watchFrames(page);
	await playground.stop.click();
	await playground.expectStatus("Stopped by you.", { timeout: 2_000 });
	await runHere(playground, spin.replace("spinning", "again"), "again");
	await playground.expectStatus("Stopped after 10 s: it reached the time limit.", { timeout: 30_000 });
	expect(await longestFrameMs(), "the longest time without a frame").toBeLessThan(stillPageMs);
});

test("ATTACKS.md 5: a flood of C is cut with a marker, and the page stays responsive", async ({ playground, page }) => {
	await openHere(playground, "C");
	const longestFrameMs = await watchFrames(page);
	await playground.runCode(inC('for (unsigned at = 0; ; at++) printf("flood %u\\n", at);'));
	await playground.expectStatus("Stopped: it printed more than 1 MiB, the limit for one run.", { timeout: bootMs });
	await expect(playground.output).toContainText("[output cut after 1 MiB]");
	expect(await longestFrameMs(), "the longest time without a frame").toBeLessThan(stillPageMs);
});

test("ATTACKS.md 2: a memory bomb of C is refused at the limit, and the tab lives", async ({ playground }) => {
	await openHere(playground, "C");
	const bomb = `int taken = 0;
for (char *volatile held; (held = malloc(1 << 20)) != NULL; taken++) memset(held, 1, 1 << 20);
printf("refused after %d MiB\\n", taken);`;
	await runHere(playground, inC(bomb), /refused after 2[0-9][0-9] MiB/);
	await playground.expectFinished();
	await playground.expectStatus(/Memory2\d\d MiB \/ 256 MiB/);
});

test("traps are told as such: a null pointer's function, a stack without end, abort", async ({ playground }) => {
	await openHere(playground, "C");
	const deeper = "__attribute__((noinline)) static int deeper(volatile int at) { return 1 + deeper(at + 1) * deeper(at); }";
	for (const [body, told] of [
		['puts("1"); return deeper(1);', /Trapped: (out of bounds|stack overflow)/],
		['puts("2"); void (*volatile nowhere)(void) = NULL; nowhere();', "a function pointer leads to no function of that type"],
		['puts("3"); abort();', "unreachable: the program reached a point that it must not"],
	] as const) {
		await runHere(playground, inC(body, deeper), told);
		await playground.expectExitCode(134);
	}
});

test("ATTACKS.md 29, 41: a module that asks for more than WASI has does not start here either", async ({ playground }) => {
	await openHere(playground, "C");
	const imported = (module: string, name: string): string =>
		`__attribute__((import_module("${module}"), import_name("${name}"))) int wanted(int);\nint main(void) { return wanted(1); }\n`;
	for (const [module, name] of [
		["env", "fetch"],
		["wasi_snapshot_preview1", "sock_connect"],
		["wasi_snapshot_preview1", "constructor"],
	] as const) {
		await runHere(playground, imported(module, name), `wasi: the module asks for ${module}.${name}, which is not granted`);
		await playground.expectExitCode(126);
	}
});

test.describe("a browser that cannot let WebAssembly wait", () => {
	test.beforeEach(async ({ page }) => {
		await page.route("**/browser-runtime/*/module.js", async (route) => {
			const response = await route.fetch();
			await route.fulfill({ response, body: `delete WebAssembly.Suspending;delete WebAssembly.promising;${await response.text()}` });
		});
	});

	test("asks for a program's whole input beforehand, sleeps all the same, and says why it asks", async ({ playground, page }) => {
		await openHere(playground, "C");
		const body = 'char line[40]; while (fgets(line, 40, stdin)) { usleep(200000); printf("heard %s", line); } puts("that was all");';
		await playground.runCode(inC(body));
		await expect(playground.output).toContainText("This browser cannot let a program wait for input", { timeout: bootMs });
		await playground.answer("Ada");
		await playground.answer("Bea");
		await page.keyboard.press("Control+D");
		await expect(playground.output).toContainText("heard Ada");
		await expect(playground.output).toContainText("that was all");
		await playground.expectFinished();
	});
});

/** Every text that the status has had; it may change faster than anybody asks. Before the page is opened. */
async function watchStatus(page: Page): Promise<readonly string[]> {
	const said: string[] = [];
	await page.exposeFunction("heardStatus", (text: string) => said.push(text));
	await page.addInitScript(() => {
		const report = (): void => Reflect.get(window, "heardStatus")(document.querySelector('[role="status"]')?.textContent ?? "");
		const watched = { subtree: true, childList: true, characterData: true };
		addEventListener("DOMContentLoaded", () => new MutationObserver(report).observe(document.body, watched));
	});
	return said;
}
