import { formatFigure, type Row, type Section } from "../results.ts";
import { ratioOf } from "../statistics.ts";
import type { BarChart } from "./chart.ts";

/** A section's rows of one unit as bars. Where they have rivals of their own, each stands right above who is compared with it. */
export function barChart(name: string, section: Section, isOurs: (row: Row) => boolean): BarChart {
	const unit = section.rows[0]?.unit ?? "ms";
	const rows = section.rows.filter((row) => row.unit === unit);
	const rivals = [...new Set(rows.flatMap(({ rival }) => (rival === undefined ? [] : [rival])))];
	const ratioText = (row: Row): string => {
		const rival = rows.find((other) => other.name === row.rival);
		return rival === undefined ? "" : `${formatFigure(ratioOf(row.summary, rival.summary).median)} ×`;
	};
	return {
		kind: "bars",
		name,
		title: section.title,
		unit,
		ratiosTo: rivals.length === 1 ? (rivals[0]?.replaceAll("`", "") ?? null) : null,
		bars: rows.map((row) => {
			const { median, count, lowestRoundMedian, highestRoundMedian } = row.summary;
			return {
				label: row.name.replaceAll("`", ""),
				value: median,
				...(count === 1 ? {} : { spread: [lowestRoundMedian, highestRoundMedian] as const }),
				isOurs: isOurs(row),
				note: ratioText(row),
			};
		}),
	};
}
