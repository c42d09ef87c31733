import type { Page } from "playwright/test";
import type { Playground } from "./page-objects/playground.ts";
import { Sharing } from "./page-objects/sharing.ts";
import { expect, test } from "./page-objects/test.ts";

/**
 * ATTACKS.md 40: what people and programs write is shown as text, on this page and on others'. The text of lessons does not exist yet;
 * whoever adds it adds it here.
 */

/** Each would leave its mark on the window, or ask this origin for a picture that nobody has. */
const payloads = [
	"<img src=/owned-image onerror=window.owned=1>",
	"<script>window.owned=2</script>",
	"<svg onload=window.owned=3></svg>",
	'"><iframe srcdoc="<script>parent.owned=4</script>"></iframe>',
	"<a href=javascript:window.owned=5>x</a>",
	"{{constructor.constructor('window.owned=6')()}}",
];

/** Watches for anything that the payloads would do; give it the page before the page is opened. */
function watch(page: Page): { readonly asked: string[] } {
	const asked: string[] = [];
	page.on("request", (request) => {
		if (request.url().includes("owned")) asked.push(request.url());
	});
	page.on("dialog", (dialog) => {
		asked.push(`dialog ${dialog.message()}`);
		void dialog.dismiss();
	});
	return { asked };
}

async function expectHarmless(playground: Playground, { asked }: { readonly asked: string[] }): Promise<void> {
	const { page } = playground;
	expect(await page.evaluate(() => "owned" in window)).toBe(false);
	expect(await page.locator("[onerror], [onload], iframe, img[src*=owned], a[href^='javascript:']").count()).toBe(0);
	expect(asked).toEqual([]);
}

test("ATTACKS.md 40, control: as markup the same text does act, so that what follows would be seen", async ({ page }) => {
	const watched = watch(page);
	// A page of its own, without the playground's Content-Security-Policy.
	await page.route("**/owned-image", (route) => route.abort());
	await page.goto("about:blank");
	await page.setContent(`<p>${payloads[0]}</p><p>${payloads[2]}</p>`);
	await expect.poll(() => page.evaluate(() => "owned" in window)).toBe(true);
	expect(await page.locator("[onerror], [onload]").count()).toBe(2);
	expect(watched).toBeDefined();
});

test("ATTACKS.md 40: markup in file names, contents, output, errors and arguments is shown as text", async ({ playground, page }) => {
	const watched = watch(page);
	await playground.open();
	const names = ["<img src=owned onerror=owned=7>.txt", "<svg onload=owned=8>.txt", "'-owned-'.txt", "&lt;b&gt;.txt"];
	for (const name of names) {
		await playground.addFile(name, payloads.join("\n"));
		await expect(playground.tab(name)).toHaveText(name);
	}
	await playground.tab("main.py").click();
	await playground.arguments.fill(payloads[0] ?? "");
	const code = `import sys\nprint(sys.argv[1])\nfor text in ${JSON.stringify(payloads)}:\n    print(text, flush=True)\n    print(text, file=sys.stderr, flush=True)\nraise SystemExit(${JSON.stringify(payloads[1])})\n`;
	await playground.runCode(code);
	// The terminal wraps; what is asked is that the characters are there, and are characters.
	for (const part of ["<img src=/owned-image onerror=window.owned=1>", "<script>window.owned=2</script>", "<svg onload=window.owned=3>"])
		await expect(playground.output).toContainText(part);
	await playground.expectExitCode(1);
	await expectHarmless(playground, watched);
	await playground.reload();
	for (const name of names) await expect(playground.tab(name)).toHaveText(name);
	await expectHarmless(playground, watched);
});

test("ATTACKS.md 40: titles and links that a program writes to the terminal stay in the terminal", async ({ playground, page }) => {
	const watched = watch(page);
	await playground.open();
	const title = await page.title();
	await playground.runCode(
		[
			"import sys",
			'sys.stdout.write("\\x1b]0;<script>window.owned=9</script>\\x07\\x1b]2;owned\\x07")',
			'sys.stdout.write("\\x1b]8;;javascript:window.owned=10\\x07press me\\x1b]8;;\\x07\\n")',
			'sys.stdout.write("http://127.0.0.1:9/owned-link\\nended\\n")',
			"",
		].join("\n"),
		"ended",
	);
	await playground.expectFinished();
	expect(await page.title()).toBe(title);
	await page.locator(".xterm-screen").click({ position: { x: 20, y: 10 } });
	await expectHarmless(playground, watched);
	expect(page.context().pages()).toHaveLength(1);
});

test("ATTACKS.md 35, 40: a stored program of a stranger is text all over: title, file names, contents, arguments, input, recorded run", async ({
	playground,
	page,
}) => {
	const watched = watch(page);
	const hostile = payloads.join(" ");
	const response = await page.request.post("/api/v1/snippets", {
		data: {
			title: hostile.slice(0, 200),
			language: "python",
			version: "3.13",
			files: [
				{ name: "main.py", content: `#${hostile}\n` },
				{ name: "<img src=owned onerror=owned=7>.txt", content: hostile },
			],
			arguments: [hostile],
			stdin: hostile,
			recording: {
				language: "python",
				version: "3.13",
				tier: "gvisor",
				recordedAt: "2026-01-02T03:04:05Z",
				outcome: { kind: "exited", code: 0 },
				events: [
					[0, "o", `${payloads[0]}\r\n\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[c\x1b[?1003h`],
					[0.1, "i", hostile],
					[0.2, "o", "recorded end"],
				],
			},
		},
	});
	expect(response.ok(), await response.text()).toBe(true);
	const { id } = await response.json();
	const document = await page.request.get(`/s/${id}`);
	expect(document.status()).toBe(200);
	expect(await document.text(), "the document itself, before any script").not.toContain("owned-image");
	await playground.open(`/s/${id}`);
	await expect(playground.output).toContainText("recorded end");
	await expect(playground.output).toContainText("<img src=/owned-image onerror=window.owned=1>");
	await expect(page.getByRole("heading", { level: 2 }).filter({ hasText: "<img src=/owned-image" })).toBeVisible();
	await expect(page).toHaveTitle(/^<img src=\/owned-image .* · Sandglass$/);
	await expect(playground.tab("<img src=owned onerror=owned=7>.txt")).toBeVisible();
	await playground.expectStatus("Ready");
	await expectHarmless(playground, watched);
	const sharing = new Sharing(page);
	await sharing.open();
	await expectHarmless(playground, watched);
	await sharing.dialog.getByRole("tab", { name: "Embed" }).click();
	await expect(sharing.dialog.getByRole("textbox", { name: "HTML" })).toHaveValue(/&lt;img src=\/owned-image/);
	expect(await page.evaluate(() => "owned" in window)).toBe(false);
	expect(watched.asked).toEqual([]);
});
