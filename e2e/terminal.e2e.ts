import { createHash } from "node:crypto";
import { askingSequences } from "./page-objects/asking-sequences.ts";
import { expect, test } from "./page-objects/test.ts";

/** The terminal is a terminal: signals, keys, colours, sizes, pastes, and nothing typed that nobody typed. */

/** Reads keys one by one, as they come, and prints what each was. */
const rawReader = (body: string): string => `import os, select, sys, termios, tty
before = termios.tcgetattr(0)
tty.setraw(0)
def say(text): os.write(1, (text + "\\r\\n").encode())
try:
${body.replace(/^/gm, "    ")}
finally:
    termios.tcsetattr(0, termios.TCSADRAIN, before)
`;

test("Ctrl-C interrupts a program", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode('print("counting", flush=True)\nwhile True: pass\n', "counting");
	await page.keyboard.press("Control+C");
	await expect(playground.output).toContainText("KeyboardInterrupt");
	await playground.expectStatus("Your program");
});

test("Ctrl-D ends the input", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode('import sys\nprint("ready", flush=True)\nprint("read", len(sys.stdin.read()), "characters")\n', "ready");
	await playground.answer("abc");
	await page.keyboard.press("Control+D");
	await expect(playground.output).toContainText("read 4 characters");
	await playground.expectFinished();
});

test("the buttons beside the terminal send the same two", async ({ playground, page }) => {
	await playground.open();
	const code =
		'import sys\ntry:\n    input("first ")\nexcept KeyboardInterrupt:\n    print("interrupted")\nprint("rest", repr(sys.stdin.read()))\n';
	await playground.runCode(code, "first");
	await page.getByRole("button", { name: "Send Ctrl-C, interrupt" }).click();
	await expect(playground.output).toContainText("interrupted");
	await page.getByRole("button", { name: "Send Ctrl-D, end of input" }).click();
	await expect(playground.output).toContainText("rest ''");
	await playground.expectFinished();
});

test("arrow keys reach the program as a terminal's", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode(rawReader('say("press")\nfor _ in range(4): say("key " + repr(os.read(0, 8)))\n'), "press");
	for (const [key, bytes] of [
		["ArrowUp", "A"],
		["ArrowDown", "B"],
		["ArrowRight", "C"],
		["ArrowLeft", "D"],
	] as const) {
		await page.keyboard.press(key);
		await expect(playground.output).toContainText(`key b'\\x1b[${bytes}'`);
	}
	await playground.expectFinished();
});

test("colours are shown", async ({ playground }) => {
	await playground.open();
	await playground.runCode('print("\\x1b[31mrouge\\x1b[0m \\x1b[48;2;10;120;10m\\x1b[1mfat\\x1b[0m plain")\n', "rouge");
	const colourOf = (text: string) =>
		playground.terminal
			.locator(".xterm-rows span", { hasText: text })
			.first()
			.evaluate((cell) => getComputedStyle(cell).color);
	await expect.poll(async () => (await colourOf("rouge")) !== (await colourOf("plain"))).toBe(true);
	const fat = playground.terminal.locator(".xterm-rows span", { hasText: "fat" }).first();
	await expect(fat).toHaveCSS("background-color", "rgb(10, 120, 10)");
	await expect(fat).toHaveCSS("font-weight", /bold|[6-9]00/);
});

test("a new size of the terminal reaches the program", async ({ playground, page }) => {
	const code = `import os, signal, time
def tell(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, tell)
tell()
while True: time.sleep(1)
`;
	await page.setViewportSize({ width: 1_440, height: 900 });
	await playground.open();
	await playground.runCode(code, /size \d+ \d+/);
	const first = /size (\d+) (\d+)/.exec((await playground.output.textContent()) ?? "");
	await page.setViewportSize({ width: 1_000, height: 600 });
	const sizes = async () => [...((await playground.output.textContent()) ?? "").matchAll(/size (\d+) (\d+)/g)];
	await expect.poll(async () => (await sizes()).length).toBeGreaterThan(1);
	const last = (await sizes()).at(-1);
	expect(Number(last?.[1])).toBeLessThan(Number(first?.[1]));
	expect(Number(last?.[2])).toBeLessThan(Number(first?.[2]));
	await playground.stop.click();
	await playground.expectStatus("Stopped by you.");
});

test("a paste of 200 KB arrives whole and in order", async ({ playground }) => {
	const lines = Array.from({ length: 4_000 }, (_, index) => `${String(index).padStart(49, ".")}\n`);
	const pasted = lines.join("");
	expect(pasted.length).toBe(200_000);
	const body = `import hashlib
say("paste")
got = b""
while len(got) < 200_000: got += os.read(0, 65536)
say(f"{len(got)} bytes {hashlib.sha256(got).hexdigest()}")
`;
	await playground.open();
	await playground.runCode(rawReader(body), "paste");
	await playground.paste(pasted, "Control+Shift+V");
	// A terminal sends a return where the text has a line feed.
	const digest = createHash("sha256").update(pasted.replaceAll("\n", "\r")).digest("hex");
	await expect(playground.output).toContainText(`200000 bytes ${digest}`);
	await playground.expectFinished();
});

test("invalid UTF-8 and NULs in the output do no harm (ATTACKS.md 8)", async ({ playground }) => {
	await playground.open();
	await playground.runCode(
		'import os\nos.write(1, b"\\xff\\xfe\\x00 broken \\xc3( \\xed\\xa0\\x80 \\xf0\\x9f")\nos.write(1, b"\\x8f\\x96 whole\\n")\n',
	);
	await expect(playground.output).toContainText("broken");
	await expect(playground.output).toContainText("🏖 whole");
	await playground.expectFinished();
	await playground.expectRunWorks();
});

test("no escape sequence types into stdin, nor touches the clipboard (ATTACKS.md 35)", async ({ playground, page }) => {
	const body = `os.write(1, b'${askingSequences}' + b'\\x05')
say("asked")
got = b""
while not got.endswith(b"k"): got += os.read(0, 64)
say("stdin held " + repr(got))
`;
	await playground.open();
	await playground.write(rawReader(body));
	await page.evaluate(() => navigator.clipboard.writeText("the reader's own"));
	const title = await page.title();
	await playground.run.click();
	await expect(playground.output).toContainText("asked");
	// What mouse tracking and focus reports would answer to.
	const box = await playground.terminal.locator(".xterm-screen").boundingBox();
	if (box === null) throw new Error("The terminal has no place on the page.");
	await page.mouse.move(box.x + 40, box.y + 40);
	await page.mouse.click(box.x + 60, box.y + 60);
	await playground.theme.focus();
	await playground.terminal.getByRole("textbox").focus();
	await page.keyboard.press("k");
	await expect(playground.output).toContainText("stdin held b'k'");
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("the reader's own");
	expect(await page.title()).toBe(title);
});

test("10,000 lines can be scrolled back to", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode('for number in range(1, 10_001): print("line", number)\n');
	await playground.expectFinished();
	await expect.poll(async () => ((await playground.output.textContent()) ?? "").split("\n").length).toBeGreaterThan(10_000);
	await expect(playground.output).toContainText("line 1\nline 2\n");
	const rows = playground.terminal.locator(".xterm-rows");
	await expect(rows).toContainText("line 10000");
	// The reader drags the scroll bar to the top; it shows while the pointer is over the terminal.
	await playground.terminal.locator(".xterm-screen").hover();
	const slider = await playground.terminal.locator(".scrollbar.vertical .slider").boundingBox();
	if (slider === null) throw new Error("The terminal has no scroll bar.");
	await page.mouse.move(slider.x + slider.width / 2, slider.y + slider.height / 2);
	await page.mouse.down();
	await page.mouse.move(slider.x, 0, { steps: 5 });
	await page.mouse.up();
	await expect(rows).toHaveText(/^line 1line 2line 3/);
});

test("marked text is copied with Ctrl+Shift+C, and Ctrl+C copies it instead of interrupting", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode('print("sandcastle")\ninput()\n', "sandcastle");
	for (const keys of ["Control+Shift+C", "Control+C"]) {
		await page.evaluate(() => navigator.clipboard.writeText("nothing yet"));
		await playground.terminal.locator(".xterm-screen").dblclick({ position: { x: 20, y: 8 } });
		await page.keyboard.press(keys);
		await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("sandcastle");
	}
	await playground.expectStatus("Running");
});

test("a link that the program writes asks before it opens", async ({ playground, page, context }) => {
	await playground.open();
	const words: string[] = [];
	page.on("dialog", (dialog) => {
		words.push(dialog.message());
		void dialog.dismiss();
	});
	await playground.runCode('print("\\x1b]8;;https://sand.invalid/dunes\\x1b\\\\innocent\\x1b]8;;\\x1b\\\\")\n', "innocent");
	const screen = playground.terminal.locator(".xterm-screen");
	await screen.hover({ position: { x: 24, y: 8 } });
	await screen.hover({ position: { x: 30, y: 8 } });
	await screen.click({ position: { x: 30, y: 8 } });
	await expect.poll(() => words.join()).toContain("https://sand.invalid/dunes");
	expect(context.pages()).toHaveLength(1);
});
