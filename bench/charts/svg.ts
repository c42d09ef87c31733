/** The few words of SVG that the charts are written with. Colours follow the reader's scheme, on a ground of the chart's own, so that it reads on any page. */

export function escapeText(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const rounded = (value: number | string): string => (typeof value === "number" ? String(Math.round(value * 100) / 100) : escapeText(value));

export function tag(name: string, attributes: Readonly<Record<string, number | string>>, ...content: readonly string[]): string {
	const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${rounded(value)}"`);
	return content.length === 0 ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${content.join("")}</${name}>`;
}

export const text = (x: number, y: number, className: string, words: string, anchor: "start" | "middle" | "end" = "start"): string =>
	tag("text", { x, y, class: className, "text-anchor": anchor }, escapeText(words));

const styles = `
	svg { color-scheme: light dark; }
	text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
	.title { font-size: 15px; font-weight: 600; }
	.muted { fill: #59636e; font-size: 12px; }
	.ground { fill: #fff; }
	.ours { fill: #0969da; }
	.rival { fill: #8c959f; }
	.spread, .axis { stroke: #59636e; fill: none; }
	.grid { stroke: #d1d9e0; fill: none; }
	.limit { stroke: #cf222e; stroke-dasharray: 5 4; fill: none; }
	.line0 { stroke: #0969da; } .dot0 { fill: #0969da; }
	.line1 { stroke: #bc4c00; stroke-dasharray: 7 3; } .dot1 { fill: #bc4c00; }
	.line0, .line1 { fill: none; stroke-width: 2; }
	@media (prefers-color-scheme: dark) {
		text { fill: #e6edf3; }
		.muted { fill: #9198a1; }
		.ground { fill: #0d1117; }
		.ours { fill: #4493f8; }
		.rival { fill: #656c76; }
		.spread, .axis { stroke: #9198a1; }
		.grid { stroke: #3d444d; }
		.limit { stroke: #f85149; }
		.line0 { stroke: #4493f8; } .dot0 { fill: #4493f8; }
		.line1 { stroke: #db6d28; } .dot1 { fill: #db6d28; }
	}
`;

/** @param description every figure in words, for whoever does not see the picture */
export function drawing(width: number, height: number, title: string, description: string, content: readonly string[]): string {
	return `${tag(
		"svg",
		{
			xmlns: "http://www.w3.org/2000/svg",
			width,
			height,
			viewBox: `0 0 ${width} ${height}`,
			role: "img",
			"aria-labelledby": "title description",
		},
		`\n${tag("title", { id: "title" }, escapeText(title))}\n${tag("desc", { id: "description" }, escapeText(description))}`,
		`\n<style>${styles}</style>\n`,
		`${tag("rect", { class: "ground", width, height })}\n`,
		content.join("\n"),
		"\n",
	)}\n`;
}

/** The least of 1, 2, 5 times a power of ten that is not below the value: where an axis ends. */
export function roundUp(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	return (([1, 2, 5, 10] as const).find((step) => step * power >= value * 0.999_999) ?? 10) * power;
}
