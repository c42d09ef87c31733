import type { Frame, Page } from "playwright/test";
import { type EmbedOptionsInput, embedMark } from "../protocol/embed.ts";
import { AuthorSite, Embedded, pythonOf } from "./page-objects/embedded.ts";
import { expect, serverUrl, test } from "./page-objects/test.ts";

/** ATTACKS.md 35 to 40, for the frame: whatever an author, a reader, a program or a stranger's page puts into it. */

const payloads = [
	"<img src=/owned-image onerror=window.owned=1>",
	"<script>window.owned=2</script>",
	'"><iframe srcdoc="<script>parent.owned=4</script>"></iframe>',
	"<a href=javascript:window.owned=5>x</a>",
	"</textarea></pre></code><svg onload=window.owned=6>",
];

function frameOf(page: Page): Frame {
	const frame = page.frames().find((it) => it.url().startsWith(`${serverUrl()}/embed`));
	if (frame === undefined) throw new Error("the frame did not load");
	return frame;
}

async function expectHarmless(page: Page, asked: readonly string[]): Promise<void> {
	expect(await frameOf(page).evaluate("'owned' in window")).toBe(false);
	expect(await page.evaluate("'owned' in window")).toBe(false);
	expect(await frameOf(page).locator("[onerror], [onload], img[src*=owned], a[href^='javascript:']").count()).toBe(0);
	expect(asked).toEqual([]);
}

test("ATTACKS.md 40: markup in code, title, file names, arguments, output, recordings and a setCode stays text", async ({ page }) => {
	const asked: string[] = [];
	page.on("request", (request) => request.url().includes("owned") && asked.push(request.url()));
	page.on("dialog", (dialog) => void dialog.dismiss().then(() => asked.push("dialog")));
	const embedded = new Embedded(page);
	const site = await AuthorSite.open();
	const all = payloads.join("\n");
	const options: EmbedOptionsInput = {
		language: "python",
		title: payloads[0],
		files: [
			{
				name: "",
				content: `import sys\nprint(sys.argv[1])\nfor text in ${JSON.stringify(payloads)}: print(text, file=sys.stderr)\nraise SystemExit(${JSON.stringify(payloads[1])})`,
			},
			...payloads.slice(0, 3).map((name, at) => ({ name: `${at}${name.replaceAll("/", "|")}`, content: all })),
		],
		arguments: [payloads[0] ?? ""],
		recording: {
			language: payloads[0]?.slice(0, 40) ?? "",
			version: "<b>3.13</b>",
			tier: "<i>tier</i>",
			recordedAt: "2026-11-03T10:00:00Z",
			outcome: { kind: "exited", code: 0 },
			events: [
				[0, "o", `${all}\u001b]0;<script>window.owned=7</script>\u0007\u001b]8;;javascript:window.owned=8\u0007link\u001b]8;;\u0007`],
			],
		},
		look: { fontFamily: "x;background:url(/owned-image)}</style><script>window.owned=9</script>", fontSizePx: 14 },
	};
	await embedded.open(site, options);
	await expect(embedded.output).toContainText("<script>window.owned=2</script>");
	for (const tab of await embedded.frame.getByRole("tab").all()) await tab.click();
	await expect(embedded.editor).toContainText("<script>window.owned=2</script>");
	await embedded.frame.getByRole("button", { name: "Run it now" }).click();
	await expect(embedded.status).toContainText("Ended with exit code 1.");
	await expect(embedded.output).toContainText("<img src=/owned-image onerror=window.owned=1>");
	await embedded.say({ type: "setCode", code: all });
	await embedded.frame.getByRole("tab").first().click();
	await expect(embedded.editor).toContainText("onerror=window.owned=1");
	await embedded.say({
		type: "configure",
		options: { ...pythonOf(all), versions: [payloads[0]?.slice(0, 40) ?? "", payloads[1]?.slice(0, 40) ?? ""] },
	});
	await embedded.run.click();
	await expect(embedded.frame.getByRole("region", { name: "Output in each version" })).toContainText("does not offer this version");
	await expectHarmless(page, asked);
	await site.close();
});

test.describe("control", () => {
	test.use({ allowedComplaints: /Content Security Policy|ERR_|net::/ });

	test("ATTACKS.md 40, control: were it markup, the frame's own policy would still let no script of it run, and the browser would say so", async ({
		page,
	}) => {
		const embedded = new Embedded(page);
		const site = await AuthorSite.open();
		await embedded.open(site, pythonOf("1"));
		const refusals: string[] = [];
		page.on("console", (message) => refusals.push(message.text()));
		await frameOf(page).evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=window.owned=1>')");
		await expect.poll(() => refusals.join("\n")).toMatch(/Content Security Policy/);
		expect(await frameOf(page).evaluate("'owned' in window")).toBe(false);
		expect(await frameOf(page).locator("[onerror]").count()).toBe(1);
		await site.close();
	});
});

test("another window of the author's page cannot speak to the frame: not a frame beside it", async ({ page }) => {
	const message = JSON.stringify({ mark: embedMark, type: "configure", options: pythonOf("print('stolen')") });
	const site = await AuthorSite.open({
		html: (frame) =>
			`${frame}<iframe id="stranger" srcdoc="<script>tell = (data) => parent.frames[0].postMessage(data, '*')</script>"></iframe>`,
	});
	await page.goto(site.url);
	const embedded = new Embedded(page);
	await embedded.heard("hello");
	await page.evaluate(`document.getElementById("stranger").contentWindow.tell(${message})`);
	await embedded.say({ type: "configure", options: pythonOf("print('honest')") });
	await embedded.heard("ready");
	await page.evaluate(
		`document.getElementById("stranger").contentWindow.tell({ mark: ${JSON.stringify(embedMark)}, type: "setCode", code: "print('stolen')" })`,
	);
	await embedded.say({ type: "getCode", request: 1 });
	expect((await embedded.heard("code")).code).toBe("print('honest')");
	await site.close();
});

test("messages that break the rules are told to the author and change nothing", async ({ page }) => {
	const embedded = new Embedded(page);
	const site = await AuthorSite.open();
	await embedded.open(site, pythonOf("print(1)"));
	await embedded.say({ type: "configure", options: { ...pythonOf("print(2)"), image: "evil" } });
	expect((await embedded.heard("problem")).message).toContain("options");
	await embedded.say({ type: "setCode", code: "x", file: "nowhere.py" });
	await expect.poll(async () => (await embedded.heard("problem")).message).toContain("nowhere.py");
	await embedded.say({ type: "getCode", request: 1 });
	expect((await embedded.heard("code")).code).toBe("print(1)");
	for (const { event, origin } of await embedded.events()) {
		expect(event.mark).toBe(embedMark);
		expect(origin).toBe(new URL(serverUrl()).origin);
	}
	await site.close();
});

test.describe("framing", () => {
	test.use({ allowedComplaints: /frame|ERR_BLOCKED_BY_RESPONSE/i });

	test("no page of ours but /embed shows in a frame of another site", async ({ page }) => {
		for (const [path, isShown] of [
			["/", false],
			["/lab", false],
			["/api/v1/languages", false],
			["/embed", true],
		] as const) {
			const site = await AuthorSite.open({
				html: () => `<link rel="icon" href="data:,"><iframe data-src="${serverUrl()}${path}"></iframe>`,
			});
			await page.goto(site.url);
			await expect.poll(() => page.frames()[1]?.url()).toMatch(isShown ? /\/embed$/ : /^chrome-error:/);
			// Left first: a request of the page's that comes late would find nobody.
			await page.goto("about:blank");
			await site.close();
		}
	});
});

test("the frame's document bears a ticket, no cookie, and no leave for other origins to read it", async ({ request }) => {
	const response = await request.get(`${serverUrl()}/embed`, {
		headers: { origin: "https://evil.example", referer: "https://evil.example/" },
	});
	expect(await response.text()).toMatch(/[A-Za-z0-9_-]+\.[0-9]{10}\.[A-Za-z0-9_-]{43}/);
	const headers = response.headers();
	for (const name of ["access-control-allow-origin", "set-cookie", "x-frame-options"]) expect(headers[name], name).toBeUndefined();
	expect(headers["content-security-policy"]).not.toContain("unsafe-eval");
});
