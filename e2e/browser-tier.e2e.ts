import type { Request } from "playwright/test";
import { askingSequences } from "./page-objects/asking-sequences.ts";
import { stillPageMs, watchFrames } from "./page-objects/frame-watch.ts";
import { bootMs, expectRunsHere, openHere, runHere } from "./page-objects/in-this-browser.ts";
import { expect, serverUrl, test } from "./page-objects/test.ts";

/** Programs in the reader's own browser: fetched when asked for, labelled, talked to as elsewhere, and ended as elsewhere. */

test.setTimeout(300_000);

test("nothing of it is fetched before it is asked for, then all from our own origin, and the status names it", async ({
	playground,
	page,
}) => {
	const requests: Request[] = [];
	page.on("request", (request) => requests.push(request));
	await playground.open();
	await playground.runCode('print("on the server")\n', "on the server");
	await playground.expectFinished();
	const pathsOf = (some: readonly Request[]) => some.map((request) => new URL(request.url()).pathname);
	expect(pathsOf(requests).filter((path) => path.startsWith("/browser-runtime/"))).toEqual([]);
	const before = requests.length;
	await playground.isolation.selectOption("browser");
	await runHere(playground, 'print("here")\ninput()\n', "here");
	await playground.expectStatus("Running in this browser …");
	await playground.expectStatus("IsolationThis browser");
	await playground.answer("");
	await playground.expectFinished();
	await playground.expectStatus("IsolationThis browser");
	const fetched = requests.slice(before);
	const names = pathsOf(fetched).map((path) => path.split("/").at(-1));
	expect(names).toEqual(expect.arrayContaining(["frame.html", "python.js", "pyodide.asm.wasm", "python_stdlib.zip"]));
	const foreign = requests.map((request) => request.url()).filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(serverUrl()));
	expect(foreign).toEqual([]);
});

test("Stop ends an endless loop at once, and else the time limit does; the page goes on", async ({ playground, page }) => {
	await openHere(playground, "Python");
	await runHere(playground, 'print("spinning")\nwhile True: pass\n', "spinning");
	const longestFrameMs = await watchFrames(page);
	await playground.stop.click();
	await playground.expectStatus("Stopped by you.", { timeout: 2_000 });
	await runHere(playground, 'print("again")\nwhile True: pass\n', "again");
	await playground.expectStatus("Stopped after 10 s: it reached the time limit.", { timeout: 30_000 });
	expect(await longestFrameMs(), "the longest time without a frame").toBeLessThan(stillPageMs);
	await expectRunsHere(playground);
});

test("an endless loop of JavaScript is stopped too", async ({ playground }) => {
	await openHere(playground, "JavaScript");
	await runHere(playground, 'console.log("spinning");\nfor (;;);\n', "spinning");
	await playground.stop.click();
	await playground.expectStatus("Stopped by you.", { timeout: 2_000 });
});

const floods = {
	Python: 'while True: print("flood " * 12)\n',
	JavaScript: 'for (;;) console.log("flood ".repeat(12));\n',
} as const;
for (const [language, code] of Object.entries(floods) as ["Python" | "JavaScript", string][]) {
	test(`a flood of ${language} is cut with a marker, and the page stays responsive (ATTACKS.md 5)`, async ({ playground, page }) => {
		await openHere(playground, language);
		const longestFrameMs = await watchFrames(page);
		await playground.runCode(code);
		await playground.expectStatus("Stopped: it printed more than 1 MiB, the limit for one run.", { timeout: bootMs });
		await expect(playground.output).toContainText("[output cut after 1 MiB]");
		expect(await longestFrameMs(), "the longest time without a frame").toBeLessThan(stillPageMs);
	});
}

test("a memory bomb meets MemoryError at the limit, and the tab lives (ATTACKS.md 2)", async ({ playground }) => {
	await openHere(playground, "Python");
	await runHere(playground, "hoard = []\nwhile True: hoard.append(bytearray(1_000_000))\n", "MemoryError");
	await playground.expectStatus("Your program");
	await playground.expectExitCode(1);
	await playground.expectStatus(/Memory2\d\d MiB \/ 256 MiB/);
	await expectRunsHere(playground);
});

test("a memory bomb of JavaScript is told so too, and so is a stack without end", async ({ playground }) => {
	await openHere(playground, "JavaScript");
	await runHere(playground, 'const hoard = [];\nfor (;;) hoard.push("x".repeat(1_000_000) + hoard.length);\n', "out of memory");
	await playground.expectExitCode(1);
	await runHere(playground, "const deeper = () => 1 + deeper();\ndeeper();\n", /stack/i);
	await playground.expectExitCode(1);
});

test("recursion without end is Python's own error", async ({ playground }) => {
	await openHere(playground, "Python");
	await runHere(playground, "def deeper(): return 1 + deeper()\ndeeper()\n", "RecursionError");
	await playground.expectExitCode(1);
});

test("no escape sequence types into the program's input, nor touches the clipboard (ATTACKS.md 35)", async ({ playground, page }) => {
	await openHere(playground, "Python");
	await playground.write(`print('${askingSequences}' + '\\x05')\nprint("asked", flush=True)\nprint("stdin held", repr(input()))\n`);
	await page.evaluate(() => navigator.clipboard.writeText("the reader's own"));
	const title = await page.title();
	await playground.run.click();
	await expect(playground.output).toContainText("asked", { timeout: bootMs });
	const screen = playground.terminal.locator(".xterm-screen");
	await screen.click({ position: { x: 60, y: 60 } });
	await playground.theme.focus();
	await playground.answer("k");
	await expect(playground.output).toContainText("stdin held 'k'");
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("the reader's own");
	expect(await page.title()).toBe(title);
});

test("Python is talked to: lines, other alphabets, Ctrl-C while it waits, Ctrl-D", async ({ playground, page }) => {
	const code = `import sys
first = input("first? ")
print("heard", repr(first), len(first))
try:
    input("interrupt me ")
except KeyboardInterrupt:
    print("interrupted")
print("two:", repr(input("one ") + input("two ")))
print("rest", repr(sys.stdin.read()))
try:
    input("more? ")
except EOFError:
    print("no more")
`;
	await openHere(playground, "Python");
	await runHere(playground, code, "first?");
	await playground.terminal.getByRole("textbox").focus();
	await page.keyboard.insertText("Zoë 沙 🏖x");
	await page.keyboard.press("Backspace");
	await page.keyboard.press("Enter");
	await expect(playground.output).toContainText("heard 'Zoë 沙 🏖' 7");
	await expect(playground.output).toContainText("interrupt me");
	await page.keyboard.type("half a line");
	await page.keyboard.press("Control+C");
	await expect(playground.output).toContainText("interrupted");
	await playground.paste("a\nb\nand\nthe rest\n", "Control+Shift+V");
	await expect(playground.output).toContainText("two: 'ab'");
	await page.keyboard.press("Control+D");
	await expect(playground.output).toContainText("rest 'and\\nthe rest\\n'");
	await expect(playground.output).toContainText("more?");
	await page.keyboard.press("Control+D");
	await expect(playground.output).toContainText("no more");
	await playground.expectFinished();
});

test("Ctrl-C ends what computes, as a signal does that nobody handles", async ({ playground, page }) => {
	await openHere(playground, "Python");
	await runHere(playground, 'print("busy", flush=True)\nwhile True: pass\n', "busy");
	await playground.terminal.getByRole("textbox").focus();
	await page.keyboard.press("Control+C");
	await playground.expectStatus("Ended by signal 2 (SIGINT, interrupt).");
});

test("JavaScript is talked to: prompt, a loop over lines, Ctrl-D", async ({ playground, page }) => {
	const code = `const name = prompt("name?");
console.log(\`hello \${name}\`);
let count = 0;
for await (const line of process.stdin) console.log(++count, JSON.stringify(line));
console.log("over");
`;
	await openHere(playground, "JavaScript");
	await runHere(playground, code, "name?");
	await playground.answer("Łukasz");
	await expect(playground.output).toContainText("hello Łukasz");
	await playground.answer("one");
	await expect(playground.output).toContainText('1 "one\\n"');
	await playground.answer("two");
	await expect(playground.output).toContainText('2 "two\\n"');
	await page.keyboard.press("Control+D");
	await expect(playground.output).toContainText("over");
	await playground.expectFinished();
});

test("several files, arguments and an exit code are what they are elsewhere", async ({ playground }) => {
	await openHere(playground, "Python");
	await playground.addFile("words.py", 'greeting = "from another file"\n');
	await playground.tab("main.py").click();
	await playground.arguments.fill("one 'two words'");
	await runHere(
		playground,
		"import sys, words\nprint(words.greeting, sys.argv[1:])\nsys.exit(3)\n",
		"from another file ['one', 'two words']",
	);
	await playground.expectExitCode(3);
});

test.describe("a browser that cannot let WebAssembly wait", () => {
	test.beforeEach(async ({ page }) => {
		// What such a browser lacks is taken away in the worker, before anything there can look for it.
		await page.route("**/browser-runtime/*/python.js", async (route) => {
			const response = await route.fetch();
			await route.fulfill({ response, body: `delete WebAssembly.Suspending;delete WebAssembly.promising;${await response.text()}` });
		});
	});

	test("asks for a program's whole input beforehand, and says why", async ({ playground, page }) => {
		await openHere(playground, "Python");
		await playground.runCode('print("hello", input(), "and", input())\ntry:\n    input()\nexcept EOFError:\n    print("that was all")\n');
		await expect(playground.output).toContainText("This browser cannot let a program wait for input", { timeout: bootMs });
		await playground.answer("Ada");
		await playground.answer("Żaneta");
		await page.keyboard.press("Control+D");
		await expect(playground.output).toContainText("hello Ada and Żaneta");
		await expect(playground.output).toContainText("that was all");
		await playground.expectFinished();
	});

	test("asks nothing of a program that reads nothing", async ({ playground }) => {
		await openHere(playground, "Python");
		await runHere(playground, 'print("straight", "on")\n', "straight on");
		await expect(playground.output).not.toContainText("This browser cannot");
		await playground.expectFinished();
	});
});
