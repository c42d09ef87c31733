import { type Row, ratioText, type Section } from "../results.ts";
import type { BarChart } from "./chart.ts";

/** A section's rows of one unit as bars. */
export function barChart(name: string, section: Section, isOurs: (row: Row) => boolean): BarChart {
	const unit = section.rows[0]?.unit ?? "ms";
	const rows = section.rows.filter((row) => row.unit === unit);
	return {
		kind: "bars",
		name,
		title: section.title,
		unit,
		bars: rows.map((row) => {
			const { median, count, lowestRoundMedian, highestRoundMedian } = row.summary;
			return {
				label: row.name.replaceAll("`", ""),
				value: median,
				...(count === 1 ? {} : { spread: [lowestRoundMedian, highestRoundMedian] as const }),
				isOurs: isOurs(row),
				note: ratioText(row, rows, "median"),
			};
		}),
	};
}
