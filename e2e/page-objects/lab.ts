import { expect, type Locator, type Page } from "playwright/test";
import type { PostureDocument, PostureReport } from "../../protocol/posture.ts";
import { PostureDocument as Document, posturePath } from "../../protocol/posture.ts";

/** The page at /lab as a reader meets it. */

/** A server's first posture: its images, its tiers one after the other, then the baselines. */
export const firstPostureMs = 180_000;

export class Lab {
	readonly page: Page;
	readonly matrix: Locator;
	readonly dialog: Locator;

	constructor(page: Page) {
		this.page = page;
		this.matrix = page.getByRole("table", { name: "The attacks" });
		this.dialog = page.getByRole("dialog");
	}

	async open(): Promise<void> {
		await this.page.goto("/lab");
		await expect(this.matrix).toBeVisible({ timeout: firstPostureMs });
	}

	/** What the server says now. */
	async document(): Promise<PostureDocument> {
		return Document.parse(await (await this.page.request.get(posturePath)).json());
	}

	/** Shows what the server says with a change: what a machine cannot be made to measure on purpose. */
	async doctor(change: (document: PostureDocument) => PostureDocument): Promise<void> {
		await this.page.route(`**${posturePath}`, async (route) => {
			const document = Document.parse(await (await route.fetch()).json());
			await route.fulfill({ json: change(document) });
		});
	}

	cell(outcome: string, attack: string, subject: string): Locator {
		return this.matrix.getByRole("button", { name: `${outcome}: ${attack}, ${subject}`, exact: true });
	}

	/** Elements that stick out of the page to the side. What a scrolling pane holds may. */
	overflow(): Promise<number> {
		return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	}
}

/** A report of ours, for what is about the page and not about a machine. */
export function madeUpReport(
	subject: PostureReport["subject"],
	attacks: readonly Partial<PostureReport["attacks"][number]>[],
): PostureReport {
	return {
		subject,
		startedAtMs: Date.now() - 180_000,
		tookMs: 2_000,
		verdict: "passed",
		problem: null,
		image: "python@3.13",
		facts: { "identity.uid": 1_000, "syscalls.reachable": Array.from({ length: 200 }, (_, at) => `call${at}`) },
		attacks: attacks.map((attack, at) => ({
			row: 29,
			id: `29-made-up-${at}`,
			title: `Made up ${at}`,
			outcome: "held",
			tried: "Something.",
			happened: "EPERM",
			why: "Because.",
			...attack,
		})),
		differences: [],
		figures: { startMs: 250, warmMs: 7.5, idleMemoryBytes: 9_000_000 },
	};
}
