/**
 * Whoever read what is printed may be gone. A word that reaches nobody is no error then, least of all one that is itself printed, and so on
 * without end.
 */
export function tolerateUnreadOutput(): void {
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
