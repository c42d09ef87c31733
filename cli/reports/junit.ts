import { countFindings, type Finding } from "../findings.ts";
import { formatDrift } from "./drift.ts";
import { printableLine } from "./printable.ts";

/** JUnit's XML as CI servers read it: a suite for each document, a case for each block. What the server could not run is an error, no failure. */

export function formatJunit(findings: readonly Finding[]): string {
	const files = [...new Set(findings.map(({ file }) => file))];
	const suites = files.map((file) =>
		formatSuite(
			file,
			findings.filter((it) => it.file === file),
		),
	);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites name="sandglass check"${counts(findings)}>`,
		...suites,
		"</testsuites>",
		"",
	].join("\n");
}

function counts(findings: readonly Finding[]): string {
	const { failed, notRun, skipped } = countFindings(findings);
	const seconds = findings.reduce((sum, { wallMs }) => sum + wallMs, 0) / 1_000;
	return ` tests="${findings.length}" failures="${failed}" errors="${notRun}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
}

function formatSuite(file: string, findings: readonly Finding[]): string {
	return [`  <testsuite name="${escapeXml(file)}"${counts(findings)}>`, ...findings.map(formatCase), "  </testsuite>"].join("\n");
}

function formatCase(finding: Finding): string {
	const { file, blockLine, line, title, status, reason, wallMs } = finding;
	const name = escapeXml(`line ${blockLine}: ${title}`);
	const head = `    <testcase classname="${escapeXml(file)}" name="${name}" file="${escapeXml(file)}" line="${line}" time="${(wallMs / 1_000).toFixed(3)}"`;
	const said = escapeXml(printableLine(reason, 1_000));
	switch (status) {
		case "passed":
		case "updated":
			return `${head}/>`;
		case "skipped":
			return `${head}>\n      <skipped message="${said}"/>\n    </testcase>`;
		case "notRun":
			return `${head}>\n      <error message="${said}"/>\n    </testcase>`;
		case "failed": {
			const told = escapeXml([`${file}:${line}`, ...formatDrift(finding)].join("\n"));
			return `${head}>\n      <failure message="${said}">${told}</failure>\n    </testcase>`;
		}
	}
}

/** What XML 1.0 has no word for, even escaped, becomes U+FFFD. */
function escapeXml(text: string): string {
	return text
		.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
		.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
