import { type Browser, type BrowserContext, expect } from "playwright/test";
import { clipboardPermissions, Playground } from "./playground.ts";

const echoCode = `count = 0
while True:
    line = input()
    count += 1
    print(f"heard {count}: {line[::-1]}", flush=True)
`;

/** A line is answered within this by a program that nobody disturbs, on a machine that is busy with the tests. */
const patienceMs = 4_000;

/** Another visitor, in a browser context of its own, who types to a program and is answered while somebody else makes trouble. */
export class Neighbour {
	readonly #context: BrowserContext;
	readonly #playground: Playground;
	#heard = 0;

	private constructor(context: BrowserContext, playground: Playground) {
		this.#context = context;
		this.#playground = playground;
	}

	static async moveIn(browser: Browser, url: string): Promise<Neighbour> {
		const context = await browser.newContext({ permissions: clipboardPermissions });
		const playground = new Playground(await context.newPage());
		await playground.open(url);
		await playground.write(echoCode);
		return new Neighbour(context, playground);
	}

	/** Starts the program anew and types to it until `trouble` is over, three lines at least. Each line must be answered, and in time. */
	async typesOnDuring(trouble: () => Promise<void>): Promise<void> {
		const { run, stop, status } = this.#playground;
		if (await stop.isEnabled()) await stop.click();
		await run.click();
		await expect(status).toContainText("Running");
		this.#heard = 0;
		let isOver = false;
		const troubled = trouble().finally(() => {
			isOver = true;
		});
		const typed = this.#typeUntil(() => isOver);
		await Promise.all([troubled, typed]);
	}

	async #typeUntil(isOver: () => boolean): Promise<void> {
		while (!isOver() || this.#heard < 3) {
			const number = ++this.#heard;
			await this.#playground.answer(`word${number}`);
			const answer = `heard ${number}: ${[..."word".concat(String(number))].reverse().join("")}`;
			await expect(this.#playground.output, "the neighbour is answered").toContainText(answer, { timeout: patienceMs });
		}
	}

	async moveOut(): Promise<void> {
		await this.#context.close();
	}
}
