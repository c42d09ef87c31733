import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Toolchain } from "../../languages/catalogue.ts";
import { LanguageDefinition } from "../../languages/schema.ts";
import { engine, type Offered } from "./rig.ts";

const repository = "sandglass-runner-test/hostile";
/** One of each test process: two of them may run side by side. */
const tagOf = (mode: string): string => `${mode}-${process.pid}`;
const source = fileURLToPath(new URL("hostile.c", import.meta.url));

/** A "language" whose sandbox's PID 1 is hostile.c in that mode; `hostile-<mode>` is its id, "1" its version. */
export async function offerHostile(modes: readonly string[]): Promise<Offered[]> {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-hostile-"));
	try {
		for (const name of ["workspace", "tmp", "proc", "sys", "dev"]) mkdirSync(join(folder, name));
		execFileSync("musl-gcc", ["-static", "-O1", "-Wall", "-Werror", "-o", join(folder, "hostile"), source]);
		const archive = execFileSync("tar", ["-C", folder, "-c", "."], { maxBuffer: 16_777_216 });
		return await Promise.all(modes.map((mode) => importImage(mode, archive)));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Takes the images away again; their sandboxes must be gone. */
export async function removeHostile(modes: readonly string[]): Promise<void> {
	await Promise.all(modes.map((mode) => engine.getImage(`${repository}:${tagOf(mode)}`).remove()));
}

async function importImage(mode: string, archive: Buffer): Promise<Offered> {
	const image = `${repository}:${tagOf(mode)}`;
	const progress = await engine.importImage(Readable.from([archive]), {
		repo: repository,
		tag: tagOf(mode),
		changes: `ENTRYPOINT ["/hostile","${mode}"]`,
	});
	await text(progress);
	const id = `hostile-${mode}`;
	const version = { version: "1", suite: "none", tiers: ["container", "gvisor"] };
	const definition = LanguageDefinition.parse({
		id,
		name: id,
		monacoId: "plaintext",
		aliases: [],
		fileName: "x",
		versions: [version],
		run: ["/hostile", "{file}"],
		examples: [
			{ file: "a", title: "a" },
			{ file: "b", title: "b" },
		],
	});
	const [parsedVersion] = definition.versions;
	if (parsedVersion === undefined) throw new Error("unreachable");
	const toolchain: Toolchain = {
		language: { ...definition, examples: [], versions: [], folder: "" },
		version: { ...parsedVersion, examples: [] },
		tiers: ["container", "gvisor"],
		image: id,
		imageVersion: "1",
		suite: "none",
		npmPackages: [],
		limits: {},
		compile: undefined,
		run: definition.run,
		environment: {},
		isForBrowsers: false,
		isPrespawned: false,
		key: `${id}@1`,
	};
	return { toolchain, image };
}
