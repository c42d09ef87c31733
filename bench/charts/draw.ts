import { drawBars } from "./bars.ts";
import type { Chart } from "./chart.ts";
import { drawLines } from "./lines.ts";

/** A whole SVG file. */
export function draw(chart: Chart): string {
	return chart.kind === "bars" ? drawBars(chart) : drawLines(chart);
}
