import { stillPageMs, watchFrames } from "./page-objects/frame-watch.ts";
import { expect, test } from "./page-objects/test.ts";

/** What a program may try and what the page says of it, while another visitor types on undisturbed. */

test("an endless loop is stopped after 10 s, and says so", async ({ playground, neighbour }) => {
	await playground.open();
	await neighbour.typesOnDuring(async () => {
		await playground.runCode("while True: pass\n");
		await playground.expectStatus(/stopped after 10 s: it reached the time limit/i, { timeout: 20_000 });
	});
	await playground.expectRunWorks();
});

test("a fork bomb meets the limit of processes, and nobody else does (ATTACKS.md 1)", async ({ playground, neighbour }) => {
	const bomb = `import os, signal
leader = os.getpid()
try:
    while True: os.fork()
except BlockingIOError as refusal:
    if os.getpid() != leader: signal.pause()
    raise refusal
`;
	await playground.open();
	await neighbour.typesOnDuring(async () => {
		await playground.runCode(bomb, "Resource temporarily unavailable");
		await playground.expectStatus("Ended with exit code 1.");
	});
	await playground.expectRunWorks();
});

test("a memory bomb is told as memory, not as a crash (ATTACKS.md 2)", async ({ playground, neighbour }) => {
	await playground.open();
	await neighbour.typesOnDuring(async () => {
		await playground.runCode("hoard = []\nwhile True: hoard.append(bytearray(1_000_000))\n");
		await playground.expectStatus(/used more than 256 MiB of memory/);
	});
	await playground.expectRunWorks();
});

test("an output flood is cut with a marker, and the page stays responsive (ATTACKS.md 5)", async ({ playground, page, neighbour }) => {
	await playground.open();
	await neighbour.typesOnDuring(async () => {
		await playground.write("while True: print('flood ' * 12)\n");
		const longestFrameMs = await watchFrames(page);
		await playground.run.click();
		await playground.expectStatus("Stopped: it printed more than 1 MiB, the limit for one run.");
		await expect(playground.output).toContainText("[output cut after 1 MiB]");
		expect(await longestFrameMs(), "the longest time without a frame").toBeLessThan(stillPageMs);
	});
	await playground.expectRunWorks();
});

test("a segmentation fault is named", async ({ playground }) => {
	await playground.open();
	await playground.language.selectOption({ label: "C" });
	await playground.runCode("int main(void) { volatile int *nowhere = 0; return *nowhere; }\n");
	await playground.expectStatus(/ended by signal 11 \(segmentation fault\)/i);
	await playground.runCode("int main(void) { return 0; }\n");
	await playground.expectFinished();
});

test("a program that does not compile shows the compiler's words, the line and the exit code", async ({ playground }) => {
	await playground.open();
	await playground.language.selectOption({ label: "C" });
	await playground.runCode("int main(void)\n{\n\treturn nothing;\n}\n", /main\.c:3:\d+: error: .nothing. undeclared/);
	await playground.expectStatus("It did not compile.");
	await playground.expectExitCode(1);
});

test("a type error in TypeScript is shown, and the program does not run", async ({ playground }) => {
	await playground.open();
	await playground.language.selectOption({ label: "TypeScript" });
	await playground.runCode('console.log("it ran");\nconst count: number = "three";\n', /main\.ts.2.7.*TS2322/);
	await playground.expectStatus("It did not compile.");
	await expect(playground.output).not.toContainText("it ran");
});

test("an exit code other than 0 is the program's own", async ({ playground }) => {
	await playground.open();
	await playground.runCode("import sys\nprint('going')\nsys.exit(42)\n", "going");
	await playground.expectStatus("Your program");
	await playground.expectStatus("Ended with exit code 42.");
	await playground.expectExitCode(42);
});
