import { chromium } from "playwright";
import { chromiumLaunch } from "../../e2e/chromium-launch.ts";
import type { Bench, Findings } from "../bench.ts";
import { measureEmbedClick } from "./embed-click.ts";
import { measureEmbedScript } from "./embed-script.ts";

/** What embed.js costs an author's page before a click, and its reader after one. */

export async function measureEmbed(bench: Bench): Promise<Findings> {
	const browser = await chromium.launch(chromiumLaunch);
	try {
		const script = await measureEmbedScript(bench, browser);
		const click = await measureEmbedClick(bench, browser);
		return {
			...script,
			sections: [...script.sections, click.section],
			goals: [...(script.goals ?? []), { id: "embed-click", value: click.summary.median }],
		};
	} finally {
		await browser.close();
	}
}
