import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { stripVTControlCharacters } from "node:util";

/** Puts offending files into the tree that the rules are about, asks the tool once, and looks for each rule's name. */

const walls: readonly (readonly [rule: string, folder: string, source: string])[] = [
	["protocol-imports-nothing", "protocol", 'import { readConfig } from "../../server/config.ts"; export const it = readConfig;'],
	["components-only-protocol", "components", 'import { readConfig } from "../../server/config.ts"; export const it = readConfig;'],
	[
		"components-no-images",
		"components/browser-tier",
		'import { Errno } from "../../../sandbox-images/wasm/host/errno.ts"; export const it = Errno;',
	],
	["embed-only-protocol", "embed", 'import { readConfig } from "../../server/config.ts"; export const it = readConfig;'],
	["runner-knows-no-gateway", "server/runner", 'import { startGateway } from "../../gateway/gateway.ts"; export const it = startGateway;'],
	["gateway-only-the-client", "server/gateway", 'import { startRunner } from "../../runner/runner.ts"; export const it = startRunner;'],
	["cli-only-protocol", "cli", 'import { readConfig } from "../../server/config.ts"; export const it = readConfig;'],
	["soak-only-outside", "soak", 'import { startRunner } from "../../server/runner/runner.ts"; export const it = startRunner;'],
	["store-stands-alone", "server/store", 'import { Quotas } from "../../gateway/quotas.ts"; export const it = Quotas;'],
	["libsql-in-one-file", "server/store", 'import Database from "libsql"; export const it = Database;'],
	["pg-in-one-file", "server/gateway", 'import pg from "pg"; export const it = pg;'],
	["dockerode-in-one-file", "server/gateway", 'import Docker from "dockerode"; export const it = Docker;'],
	["no-server-in-browser-code", "components", 'import { readFileSync } from "node:fs"; export const it = readFileSync;'],
];
const allowed = 'import { errorCodes } from "../../../protocol/errors.ts"; export const it = errorCodes;';

const dirs: string[] = [];
after(() => {
	for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

function plant(folder: string, source: string): string {
	const dir = mkdtempSync(join(folder, "wall-test-"));
	dirs.push(dir);
	const file = join(dir, "offender.ts");
	writeFileSync(file, source);
	return file;
}

const planted = walls.map(([, folder, source]) => plant(folder, source));
const innocent = plant("server/gateway", allowed);
const cruise = spawnSync("node_modules/.bin/depcruise", ["--output-type", "err", ...planted, innocent], { encoding: "utf8" });

// It colours its words where it takes itself to be in CI.
const verdict = stripVTControlCharacters(cruise.stdout);

for (const [at, [rule]] of walls.entries()) {
	test(`the import wall ${rule} bites`, () => assert.match(verdict, new RegExp(`${rule}: ${planted[at]}`)));
}

test("an import that goes down passes", () => assert.ok(!verdict.includes(innocent), verdict));
