/** What is drawn. Plain data, kept in the results beside the figures that it is made of. */

export interface Bar {
	readonly label: string;
	readonly value: number;
	/** The lowest and the highest median of a round; absent: there was one. */
	readonly spread?: readonly [number, number];
	readonly isOurs: boolean;
	/** What stands behind the value, such as a ratio; may be empty. */
	readonly note: string;
}

export interface BarChart {
	readonly kind: "bars";
	/** Part of a file's name. */
	readonly name: string;
	readonly title: string;
	readonly unit: string;
	/** The bar that the notes' ratios are to; null: each to the one above it. */
	readonly ratiosTo: string | null;
	readonly bars: readonly Bar[];
}

export interface Panel {
	readonly title: string;
	readonly unit: string;
	readonly series: readonly { readonly label: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
	/** A line that should not be crossed. */
	readonly limit?: { readonly value: number; readonly label: string };
}

/** Several small charts over one kind of abscissa, which is logarithmic. */
export interface LineChart {
	readonly kind: "lines";
	readonly name: string;
	readonly title: string;
	/** What is counted from left to right. */
	readonly across: string;
	readonly panels: readonly Panel[];
}

export type Chart = BarChart | LineChart;
