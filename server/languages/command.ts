import { extname } from "node:path/posix";

/**
 * Fills a command's placeholders. Inside a word: `{file}`, the entry, and `{stem}`, the entry without its extension (`src/Main`). As a
 * whole word: `{sources}`, every file with the entry's extension, the entry first. A name that begins with a dash, or the `@` of a file of options, gets `./` before
 * it, so that no file is taken for an option.
 *
 * @param command argv from language.json
 * @param entry the file to run, relative to the workspace
 * @param files all files of the program, the entry among them
 */
export function fillCommand(command: readonly string[], entry: string, files: readonly string[]): string[] {
	const extension = extname(entry);
	const others = files.filter((file) => file !== entry && extname(file) === extension);
	const stem = asOperand(extension === "" ? entry : entry.slice(0, -extension.length));
	return command.flatMap((word) => {
		if (word === "{sources}") return [entry, ...others].map(asOperand);
		// One pass: a file may be called "{stem}.py".
		return [word.replace(/\{(file|stem)\}/g, (_, name: string) => (name === "file" ? asOperand(entry) : stem))];
	});
}

const asOperand = (file: string): string => (/^[-@]/.test(file) ? `./${file}` : file);
