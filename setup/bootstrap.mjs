/**
 * `npm start`, `npm test` and the others begin here, on a machine that may hold nothing but Node and this folder.
 * Plain JavaScript without dependencies, because it is what installs them: once they are there, TypeScript takes over in this same process.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @type {Record<string, string>} */
const commands = {
	start: "server/main.ts",
	dev: "server/main.ts",
	test: "setup/test.ts",
	bench: "bench/main.ts",
	soak: "soak/main.ts",
	check: "setup/check.ts",
	posture: "setup/posture.ts",
	keys: "setup/keys.ts",
	snippets: "setup/snippets.ts",
};

/** @param {string} message */
function fail(message) {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

function requireNode() {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	if (major < 20 || (major === 20 && minor < 9)) fail(`Sandglass needs Node 20.9 or newer; this is ${process.versions.node}.`);
}

/** Installs the locked packages when the lock file changed since the last time, or when there are none yet. */
function installPackages() {
	const lock = readFileSync(join(root, "package-lock.json"));
	const digest = createHash("sha256").update(lock).update(process.versions.modules).digest("hex");
	const marker = join(root, "node_modules/.sandglass-lock");
	if (existsSync(marker) && readFileSync(marker, "utf8") === digest) return;
	process.stdout.write("setup · installing the npm packages …\n");
	// All of them, also where NODE_ENV says production: tests and checks run from the same folder.
	const result = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: "inherit" });
	if (result.status !== 0) fail("setup · npm could not install the packages; its words are above. Check the network, then try again.");
	writeFileSync(marker, digest);
}

const command = process.argv[2] ?? "";
const entry = commands[command];
if (entry === undefined) fail(`Unknown command ${JSON.stringify(command)}; there are: ${Object.keys(commands).join(", ")}.`);
requireNode();
installPackages();
process.chdir(root);
const { register } = await import("tsx/esm/api");
register();
await import(pathToFileURL(join(root, String(entry))).href);
