import { readdirSync } from "node:fs";

/** What is in a folder; one that is not there, or cannot be read, holds nothing. */
export function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
