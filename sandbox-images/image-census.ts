import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { engine } from "./contract-sandbox.ts";

/** What an image holds, read from the engine's export of it: nothing has to run inside. */

export interface CensusEntry {
	/** As `ls -l` prints it: `-rwsr-xr-x`. */
	readonly mode: string;
	readonly path: string;
}

export interface Census {
	readonly entries: readonly CensusEntry[];
	readonly hasFileCapabilities: boolean;
	readonly sizeBytes: number;
}

/** How a tar archive names the attribute that holds a file's capabilities (pax). */
const capabilityAttribute = Buffer.from("SCHILY.xattr.security.capability");

export async function takeCensus(image: string): Promise<Census> {
	const { Size: sizeBytes } = await engine.getImage(image).inspect();
	const container = await engine.createContainer({ Image: image });
	try {
		const archive = await container.export();
		const tar = spawn("tar", ["--list", "--verbose", "--numeric-owner", "--quoting-style=escape"], { stdio: ["pipe", "pipe", "inherit"] });
		const listing = text(tar.stdout);
		let hasFileCapabilities = false;
		let tail: Buffer = Buffer.alloc(0);
		archive.on("data", (chunk: Buffer) => {
			// The name may be cut in two by the chunks' border.
			const border = Buffer.concat([tail, chunk.subarray(0, capabilityAttribute.length)]);
			hasFileCapabilities ||= chunk.includes(capabilityAttribute) || border.includes(capabilityAttribute);
			tail = Buffer.from(chunk.subarray(-capabilityAttribute.length));
		});
		archive.pipe(tar.stdin);
		const entries = (await listing).split("\n").flatMap(parseLine);
		return { entries, hasFileCapabilities, sizeBytes };
	} finally {
		await container.remove({ force: true });
	}
}

/** `-rwxr-xr-x 0/0  1234 2026-01-01 00:00 usr/bin/x -> y` */
function parseLine(line: string): CensusEntry[] {
	const [, mode, path] = /^(\S{10})\S*\s+\S+\s+\S+\s+\S+\s+\S+\s+(.*?)(?: -> .*| link to .*)?$/.exec(line) ?? [];
	return mode && path ? [{ mode, path: `/${path}` }] : [];
}
