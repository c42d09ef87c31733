import { posix } from "node:path";
import { type Finding, summarise } from "../findings.ts";
import { formatDrift } from "./drift.ts";
import { printableLine } from "./printable.ts";
import { formatText } from "./text.ts";

/**
 * For GitHub Actions: the text report, and annotations at the lines. The runner's commands are escaped as it reads them:
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */

/** `prefix`: from the repository's root to where the check runs, with forward slashes; empty: it runs there. */
export function formatGithub(findings: readonly Finding[], prefix: string): string {
	const report = formatText(findings, { hasColours: false }) + findings.map((finding) => annotate(finding, prefix)).join("");
	// Older runners take "##[…]" for a command wherever it stands in a line.
	return report.replaceAll("##[", "## [");
}

function annotate(finding: Finding, prefix: string): string {
	const { status, file, line, title, reason } = finding;
	if (status !== "failed" && status !== "notRun") return "";
	const properties = { file: posix.join(prefix, file), line: String(line), title: `sandglass: ${printableLine(title, 60)}` };
	const told = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
	const drift = status === "failed" ? formatDrift(finding) : [];
	return `::error ${told.join(",")}::${escapeData([printableLine(reason, 1_000), ...drift].join("\n"))}\n`;
}

const escapeData = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** Markdown for the file that GITHUB_STEP_SUMMARY names. */
export function formatStepSummary(findings: readonly Finding[]): string {
	const bad = findings.filter(({ status }) => status === "failed" || status === "notRun").slice(0, 100);
	const rows = bad.map(({ file, line, title, reason }) => `| ${[`${file}:${line}`, title, reason].map(escapeCell).join(" | ")} |`);
	const table = rows.length === 0 ? [] : ["", "| where | block | what |", "| --- | --- | --- |", ...rows];
	return `${["### Sandglass: the documents' programs", "", `${findings.length} blocks: ${summarise(findings)}.`, ...table].join("\n")}\n`;
}

/** Nothing in it is Markdown or HTML. */
const escapeCell = (text: string): string =>
	printableLine(text, 300)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replace(/[\\`*_{}[\]()#+!|~@]/g, (character) => `&#${character.codePointAt(0)};`);
