import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Also looked into where the PATH is a user's and leaves the system's programs out. */
const standardFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Where that program is, or null. */
export function findProgram(name: string, path = process.env.PATH ?? ""): string | null {
	for (const folder of [...path.split(delimiter), ...standardFolders]) {
		if (!folder.startsWith("/")) continue;
		const candidate = join(folder, name);
		try {
			accessSync(candidate, constants.X_OK);
			return candidate;
		} catch {
			// Not there, or not to be started: the next folder may have it.
		}
	}
	return null;
}
