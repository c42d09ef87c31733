import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cellKey } from "../protocol/cell-key.ts";
import { EmbedOptions } from "../protocol/embed.ts";
import { Recording } from "../protocol/recordings.ts";
import { isRecording } from "./recording-book.ts";
import { type AuthorSite, startAuthorSite } from "./testing/author-site.ts";

const recording: Recording = {
	language: "python",
	version: "3.13",
	tier: "gvisor",
	recordedAt: "2026-10-12T08:00:00Z",
	outcome: { kind: "exited", code: 0 },
	columns: 80,
	rows: 24,
	events: [
		[0, "o", "Your name? "],
		[0.1, "i", "Ada\n"],
		[0.2, "o", "Ada\r\nHello, \u001b[1mAda\u001b[0m!\r\n"],
	],
};
const code = 'name = input("Your name? ")\nprint(f"Hello, {name}!")';
const block = `<pre id="it" data-sandglass><code class="language-python">${code}</code></pre>`;

let site: AuthorSite;
let book = "";
before(async () => {
	site = await startAuthorSite();
	const key = await cellKey({ language: "python", files: [{ name: "", content: code }] });
	book = JSON.stringify({ format: "sandglass-recordings-1", recordings: { [key]: recording } });
});
after(() => site.close());

test("what the schema takes is a recording, and what it refuses of the parts that are shown is none", () => {
	assert.ok(isRecording(Recording.parse(recording)));
	for (const name of ["language", "version", "tier", "recordedAt", "outcome", "events"]) {
		const broken = { ...recording, [name]: [["x"]] };
		assert.equal(Recording.safeParse(broken).success, false);
		assert.equal(isRecording(broken), false, name);
	}
	for (const event of [
		[-1, "o", ""],
		[0, "x", ""],
		[0, "o"],
		[0, "o", 5],
	]) {
		assert.equal(Recording.safeParse({ ...recording, events: [event] }).success, false);
		assert.equal(isRecording({ ...recording, events: [event] }), false, JSON.stringify(event));
	}
});

test("a recording in the page is under its block at once, in words a terminal would show, and the server is asked nothing", async () => {
	const page = await site.open(
		`<div style="height: 1000px"></div>${block}<script type="application/json" data-sandglass-recordings>${book}</script>`,
	);
	await page.getByText(/Recorded .*2026, Python 3.13/).waitFor();
	assert.equal(await page.locator(".screen").innerText(), "Your name? Ada\nHello, Ada!");
	assert.deepEqual(site.asked, []);
	await page.close();
});

test("where it would move what the reader sees, a recording waits behind a button", async () => {
	site.files.set("/book.json", book);
	const page = await site.open(block, 'data-recordings="/book.json"');
	const output = page.getByRole("button", { name: "Show the recorded output" });
	await output.waitFor();
	assert.equal(await page.locator(".screen").count(), 0);
	await output.click();
	await page.locator(".screen").waitFor();
	assert.equal(await output.count(), 0);
	await page.close();
});

test("a conversation plays back, and taking over gives the program what was typed so far", async () => {
	site.files.set("/book.json", book);
	site.frame = `<!doctype html><script>
		addEventListener("message", ({ data }) => { if (data.type === "configure") window.options = data.options });
		parent.postMessage({ mark: "sandglass-embed-1", type: "hello" }, "*");
	</script>`;
	const page = await site.open(block, 'data-recordings="/book.json"');
	await page.getByRole("button", { name: "Show the recorded output" }).click();
	const screen = page.locator(".screen");
	await page.getByRole("button", { name: "Play the recording" }).click();
	await screen.getByText("Your name? Ada").waitFor();
	await page.getByRole("button", { name: "Run the program, and go on from here" }).click();
	const frame = await (await page.locator("iframe").elementHandle())?.contentFrame();
	await frame?.waitForFunction("window.options");
	const { stdin, recording: shown } = EmbedOptions.parse(await frame?.evaluate("options"));
	assert.equal(shown, undefined);
	assert.ok(stdin === "Ada\n" || stdin === "", `typed ${JSON.stringify(stdin)}`);
	await page.close();
});

test("an edited block has no recording, and recordings that cannot be used are told", async () => {
	site.files.set("/book.json", book);
	const page = await site.open(block.replace("Hello", "Hi"), 'data-recordings="/book.json"');
	await page.waitForResponse(/book\.json/).catch(() => null);
	assert.equal(await page.getByRole("button", { name: "Show the recorded output" }).count(), 0);
	site.files.set("/book.json", "<!doctype html>not found");
	const other = await site.open(block, 'data-recordings="/book.json"');
	await other.waitForFunction(() => document.querySelector("[data-sandglass-ui]") !== null);
	while (!site.said.some((it) => it.includes("recordings cannot be used"))) await other.waitForEvent("console");
	await page.close();
	await other.close();
});
