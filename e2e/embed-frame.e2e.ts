import type { EmbedOptionsInput } from "../protocol/embed.ts";
import { findBarriers } from "./page-objects/barriers.ts";
import { AuthorSite, Embedded, pythonOf } from "./page-objects/embedded.ts";
import { test as base, expect, serverUrl } from "./page-objects/test.ts";

/** The bare frame on an author's page of another site; embed.js, which usually stands between them, has tests of its own. */

const greeting = 'name = input("What is your name? ")\nprint(f"Hello, {name}!")\n';

const recording: NonNullable<EmbedOptionsInput["recording"]> = {
	language: "python",
	version: "3.13",
	tier: "container",
	recordedAt: "2026-11-03T10:00:00Z",
	outcome: { kind: "exited", code: 0 },
	columns: 80,
	rows: 24,
	events: [
		[0.1, "o", "What is your name? "],
		[0.6, "i", "Grace\r"],
		[0.6, "o", "Grace\r\n"],
		[0.8, "o", "Hello, Grace!\r\n"],
	],
};

const test = base.extend<{ readonly embedded: Embedded }>({
	embedded: async ({ page }, use) => use(new Embedded(page)),
});

async function withSite<T>(page: Parameters<typeof AuthorSite.open>[0], act: (site: AuthorSite) => Promise<T>): Promise<T> {
	const site = await AuthorSite.open(page);
	try {
		return await act(site);
	} finally {
		await site.close();
	}
}

test("a frame that was opened for a run fetches its editor when the run has begun, or when none came", async ({ embedded, page }) => {
	const editor = embedded.frame.locator(".cm-editor");
	await withSite({}, async (site) => {
		await page.clock.install();
		await page.clock.pauseAt(Date.now() + 1_000);
		for (const [begin, what] of [
			[() => embedded.run.click(), "a run"],
			[() => page.clock.runFor(2_500), "time"],
		] as const) {
			await embedded.open(site, pythonOf(greeting));
			// The page's clock stands: only the editor's own loading takes time, and half a second is long for that.
			await new Promise((resolve) => setTimeout(resolve, 500));
			await expect(editor, `before ${what}`).toHaveCount(0);
			await begin();
			await expect(editor, `after ${what}`).toHaveCount(1);
		}
	});
});

for (const [name, attributes] of [
	["a plain frame", ""],
	['a frame with sandbox="allow-scripts"', 'sandbox="allow-scripts"'],
] as const) {
	test(`on another site, in ${name}, a reader holds a conversation with a program, and no cookie is set`, async ({ embedded, context }) => {
		await context.clearCookies();
		await withSite({ attributes }, async (site) => {
			await embedded.open(site, pythonOf(greeting));
			await embedded.run.click();
			await expect(embedded.output).toContainText("What is your name?");
			// Straight into the terminal: whoever pressed Run is about to answer.
			await expect(embedded.terminal.getByRole("textbox")).toBeFocused();
			await embedded.page.keyboard.type("Ada\n");
			await expect(embedded.output).toContainText("Hello, Ada!");
			await expect(embedded.status).toContainText("Finished.");
			expect(await embedded.heard("exit")).toMatchObject({ outcome: { kind: "exited", code: 0 }, message: "Finished." });
			expect(await embedded.heard("started")).toMatchObject({ version: "3.13" });
			const printed = (await embedded.events()).flatMap(({ event }) => (event.type === "output" ? [event.text] : [])).join("");
			expect(printed).toContain("Hello, Ada!");
			expect(await context.cookies()).toEqual([]);
		});
	});
}

test("what the reader writes is what runs; Tab indents, Escape leaves the editor, Ctrl+Enter runs", async ({ embedded, page }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf("print(1)\n"));
		await embedded.write("if True:\n");
		await page.keyboard.press("Control+End");
		await page.keyboard.press("Tab");
		await page.keyboard.type("print('in', 6*7)");
		expect((await embedded.heard("change")).code).toContain("    print('in', 6*7)");
		await page.keyboard.press("Control+Enter");
		await expect(embedded.output).toContainText("in 42");
		await page.keyboard.press("Escape");
		await expect(embedded.run).toBeFocused();
	});
});

test("an author's page runs, stops, types, reads and writes by messages", async ({ embedded }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf(greeting));
		await embedded.say({ type: "run" });
		await expect(embedded.output).toContainText("What is your name?");
		await embedded.say({ type: "input", text: "Ada\r" });
		await expect(embedded.output).toContainText("Hello, Ada!");
		await embedded.say({ type: "setCode", code: "import time\nprint('sleeping')\ntime.sleep(60)\n" });
		await expect(embedded.editor).toContainText("sleeping");
		await embedded.say({ type: "getCode", request: 7 });
		expect(await embedded.heard("code")).toMatchObject({ request: 7, code: "import time\nprint('sleeping')\ntime.sleep(60)\n" });
		await embedded.say({ type: "run" });
		await expect(embedded.output).toContainText("sleeping");
		await embedded.say({ type: "stop" });
		await expect.poll(async () => (await embedded.heard("exit")).outcome.kind).toBe("stopped");
		await embedded.say({ type: "focus" });
		await expect(embedded.editor).toBeFocused();
	});
});

test("hidden code, arguments, several files and prepared input are there when it runs; hidden files do not show", async ({ embedded }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, {
			language: "py",
			files: [
				{ name: "", content: "import sys, part, secret\nprint(base, part.x, secret.y, sys.argv[1:])\nname = input('Who? ')" },
				{ name: "part.py", content: "x = 2\n" },
				{ name: "secret.py", content: "y = 3\n", isHidden: true },
			],
			hiddenBefore: "base = 1",
			hiddenAfter: "print('after', name)",
			arguments: ["a b", "c"],
			stdin: "Ada\n",
		});
		await expect(embedded.frame.getByRole("tab")).toHaveText(["main.py", "part.py"]);
		await expect(embedded.editor).not.toContainText("base = 1");
		await embedded.run.click();
		await expect(embedded.output).toContainText("1 2 3 ['a b', 'c']");
		await expect(embedded.output).toContainText("Who? Ada");
		await expect(embedded.output).toContainText("after Ada");
		await embedded.frame.getByRole("tab", { name: "part.py" }).click();
		await expect(embedded.editor).toContainText("x = 2");
	});
});

test("read-only lines cannot be changed, the lines around them can; a read-only block not at all", async ({ embedded, page }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf("a = 1\nprint(a)\nb = 2", { readOnlyLines: [[2, 2]], highlightedLines: [[1, 1]] }));
		await embedded.write("gone");
		await expect(embedded.editor).toContainText("print(a)");
		await page.keyboard.press("Control+Home");
		await page.keyboard.type("# ");
		await expect(embedded.editor).toContainText("# a = 1");
		await expect(embedded.frame.locator(".sg-highlighted")).toHaveText("# a = 1");
		await embedded.say({ type: "configure", options: pythonOf("fixed", { isReadOnly: true }) });
		await expect(embedded.frame.locator(".cm-line")).toHaveText("fixed");
		await expect(embedded.frame.locator("[contenteditable=true]")).toHaveCount(0);
	});
});

test("cells above run first, unseen, and a stale cell says so", async ({ embedded }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf("print('mine', x)"));
		await embedded.say({ type: "context", codes: ["x = 41\nprint('unseen')", "x += 1"] });
		await embedded.run.click();
		await expect(embedded.output).toContainText("mine 42");
		await expect(embedded.status).toContainText("Finished.");
		await expect(embedded.output).not.toContainText("unseen");
		await embedded.say({ type: "stale", isStale: true });
		await expect(embedded.frame.getByText("A cell above has changed.")).toBeVisible();
		await embedded.say({ type: "context", codes: ["raise SystemExit(3)"] });
		await embedded.run.click();
		await expect(embedded.status).toContainText("A cell above ended the program");
	});
});

test("a recording shows at once, says when and on what, and asks nothing of the server until the reader takes over", async ({
	embedded,
	page,
}) => {
	await withSite({}, async (site) => {
		const asked: string[] = [];
		page.on("request", (request) => {
			if (request.url().includes("/api/")) asked.push(request.url());
		});
		page.on("websocket", (socket) => asked.push(socket.url()));
		await embedded.open(site, pythonOf(greeting, { recording }));
		await expect(embedded.output).toContainText("Hello, Grace!");
		await expect(embedded.frame.getByText("Recorded on November 3, 2026, python 3.13.")).toBeVisible();
		expect(await embedded.heard("exit")).toMatchObject({ outcome: { kind: "exited", code: 0 } });
		expect(asked).toEqual([]);
		await embedded.frame.getByRole("button", { name: "Take over from here" }).click();
		await expect(embedded.output).toContainText("Hello, Grace!");
		await expect(embedded.status).toContainText("Finished.");
		expect(asked.length).toBeGreaterThan(0);
	});
});

test("a frame that its page opened for a run is connected before it, so that the first byte is not behind a handshake", async ({
	embedded,
	page,
}) => {
	await withSite({}, async (site) => {
		const connected = page.waitForEvent("websocket");
		await embedded.open(site, pythonOf("print(1)"));
		await connected;
	});
});

test("edited code goes to the server though there is a recording of what stood there before", async ({ embedded }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf(greeting, { recording }));
		await expect(embedded.output).toContainText("Hello, Grace!");
		await embedded.write("print('edited', 6*7)");
		await embedded.run.click();
		await expect(embedded.output).toContainText("edited 42");
		await expect(embedded.frame.getByText("Recorded on")).toHaveCount(0);
	});
});

test("versions run side by side, and the lines that differ are marked", async ({ embedded }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf("import sys\nprint('same')\nprint(sys.version_info[:2])", { versions: ["3.13", "3.11"] }));
		await embedded.run.click();
		await expect(embedded.frame.getByText("The outputs differ in the marked lines.")).toBeVisible();
		const outputs = embedded.frame.getByRole("region", { name: "Output in each version" });
		await expect(outputs.locator("[class*=different]")).toHaveText([/\(3, 13\)/, /\(3, 11\)/]);
	});
});

test("autorun waits until the block is in view", async ({ embedded, page }) => {
	await withSite({ html: (frame) => `<div style="height:3000px">Above</div>${frame}` }, async (site) => {
		await embedded.open(site, pythonOf("print('ran by itself')", { isAutorun: true }));
		await embedded.say({ type: "getCode", request: 1 });
		await embedded.heard("code");
		expect((await embedded.events()).some(({ event }) => event.type === "started")).toBe(false);
		await page.evaluate("document.querySelector('iframe').scrollIntoView()");
		await expect(embedded.output).toContainText("ran by itself");
	});
});

test("the frame tells its height, grows with its output, and never over the author's maximum", async ({ embedded }) => {
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf("for n in range(60): print(n)\n", { maxHeightPx: 400 }));
		const before = (await embedded.heard("resize")).heightPx;
		await embedded.run.click();
		await expect(embedded.output).toContainText("59");
		await expect.poll(async () => (await embedded.heard("resize")).heightPx).toBeGreaterThan(before + 100);
		for (const { event } of await embedded.events()) if (event.type === "resize") expect(event.heightPx).toBeLessThanOrEqual(400);
	});
});

test("a link holds a whole program, in a bare frame without any script; what is broken is said", async ({ embedded, page }) => {
	const { encodeFragment } = await import("../components/share/fragment.ts");
	const fragment = encodeFragment({ language: "python", files: [{ name: "main.py", content: "print('from the link')\n" }] });
	await withSite({ address: String(fragment) }, async (site) => {
		await page.goto(site.url);
		await embedded.run.click();
		await expect(embedded.output).toContainText("from the link");
	});
	await withSite({ address: "#code=broken" }, async (site) => {
		await page.goto(site.url);
		await expect(embedded.frame.getByText("The code in this link cannot be read.")).toBeVisible();
	});
});

test("the program opens in the playground by a link that holds it", async ({ embedded }) => {
	const { decodeFragment } = await import("../components/share/fragment.ts");
	await withSite({}, async (site) => {
		await embedded.open(site, pythonOf("print(x)", { hiddenBefore: "x = 1" }));
		const link = embedded.frame.getByRole("link", { name: "Open in the playground" });
		await expect(link).toHaveAttribute("href", /^\/#code=/);
		const reading = decodeFragment(new URL((await link.getAttribute("href")) ?? "", serverUrl()).hash);
		expect(reading).toMatchObject({ kind: "draft", draft: { files: [{ name: "main.py", content: "x = 1\nprint(x)" }] } });
	});
});

test("a reader without a mouse, or without eyes, meets no barrier in it", async ({ embedded, page }) => {
	await withSite({}, async (site) => {
		for (const theme of ["light", "dark"] as const) {
			const files = [
				{ name: "", content: greeting },
				{ name: "other.py", content: "x = 1" },
			];
			await embedded.open(site, { language: "python", files, recording, theme });
			await expect(embedded.output).toContainText("Hello, Grace!");
			await expect(embedded.editor).toBeVisible();
			const frame = page.frames().find((it) => it.url().startsWith(`${serverUrl()}/embed`));
			if (frame === undefined) throw new Error("the frame did not load");
			expect(await findBarriers(frame), theme).toEqual([]);
		}
	});
});

test.describe("when the server does not answer", () => {
	test.use({ allowedComplaints: /WebSocket connection to/ });

	test("a refused ticket is said in the frame, and nothing runs", async ({ embedded, page }) => {
		await page.routeWebSocket(/embed-session/, (socket) => void socket.close({ code: 4405, reason: "embedRefused" }));
		await withSite({}, async (site) => {
			await embedded.open(site, pythonOf("print('no')"));
			await embedded.run.click();
			await expect(embedded.status).toContainText("This frame was opened too long ago");
			expect(await embedded.heard("exit")).toMatchObject({ outcome: { kind: "lost", code: "embedRefused" } });
		});
	});

	for (const attributes of ["", 'sandbox="allow-scripts"'])
		test(`the reader is told, and offered this browser, in a frame ${attributes || "without a sandbox"}`, async ({ embedded, page }) => {
			await page.routeWebSocket(/embed-session/, (socket) => void socket.close({ code: 4503, reason: "shuttingDown" }));
			await withSite({ attributes }, async (site) => {
				await embedded.open(site, pythonOf(greeting));
				await embedded.run.click();
				await embedded.frame.getByRole("button", { name: "Run in this browser instead" }).click();
				await expect(embedded.output).toContainText("What is your name?", { timeout: 60_000 });
				await embedded.answer("Ada");
				await expect(embedded.output).toContainText("Hello, Ada!");
				await expect(embedded.frame.getByText("· This browser")).toBeVisible();
				await expect(embedded.frame.getByRole("button", { name: "Run in this browser instead" })).toHaveCount(0);
			});
		});
});
