/** Text out of a sandbox, made fit to show: React keeps it text, and this keeps it honest and short. */

const maxCharacters = 600;

/**
 * Control characters and those that turn the direction of text or have no width, which could make a line read as what it is not
 * (CVE-2021-42574). Line breaks and tabs become spaces.
 */
const deceiving = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function showableText(text: string, limit = maxCharacters): string {
	const characters = [...text.replace(/[\t\n\r]+/g, " ").replace(deceiving, "\ufffd")];
	return characters.length <= limit ? characters.join("") : `${characters.slice(0, limit).join("")}…`;
}
