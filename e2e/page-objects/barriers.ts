import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright/test";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds that keeps somebody out, a line each. `page` may be a frame. The debugger's own evaluation is not held back by the page's policy. */
export async function findBarriers(page: Pick<Page, "evaluate">): Promise<string[]> {
	if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axeSource);
	const results = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
	return results.violations
		.filter(({ impact }) => impact === "serious" || impact === "critical")
		.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}\n${failureSummary}`));
}
