/** What of Deno's interface the host leans on. */
declare const Deno: {
	readonly args: readonly string[];
	readFileSync(path: string): Uint8Array<ArrayBuffer>;
	readDirSync(path: string): Iterable<{ readonly name: string; readonly isFile: boolean; readonly isDirectory: boolean }>;
	readonly permissions: {
		revokeSync(what: { readonly name: "read" }): { readonly state: string };
		querySync(what: { readonly name: string; readonly path?: string }): { readonly state: string };
	};
	readonly stdin: { isTerminal(): boolean; readSync(into: Uint8Array): number | null };
	readonly stdout: DenoOutput;
	readonly stderr: DenoOutput;
	exit(code: number): never;
};

interface DenoOutput {
	isTerminal(): boolean;
	/** @returns bytes written, perhaps fewer. */
	writeSync(from: Uint8Array): number;
}
