#!/usr/bin/env node
/** The command `sandglass`: plain JavaScript that lets TypeScript take over, wherever it is called from. */
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 9)) {
	process.stderr.write(`Sandglass needs Node 20.9 or newer; this is ${process.versions.node}.\n`);
	process.exit(2);
}
const { register } = await import("tsx/esm/api");
register({ tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)) });
const { main } = await import("./main.ts");
try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	// A bug of ours: neither the documents' fault nor the server's.
	process.stderr.write(`sandglass: ${error instanceof Error ? error.stack : String(error)}\n`);
	process.exitCode = 70;
}
