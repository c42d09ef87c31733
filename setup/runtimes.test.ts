import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig } from "../server/config.ts";
import { findProgram } from "../server/program-path.ts";
import { ensureEngine } from "./engine.ts";
import { isBookworm, privateAptOptions, unlistedRuntimes, writeEngineConfig } from "./runtimes.ts";

const folder = mkdtempSync(join(tmpdir(), "sandglass-runtimes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const silent = (): void => undefined;
const mayStartEngines = process.getuid?.() === 0 && existsSync("/usr/sbin/dockerd");

test("a program is found where it can be started, and only there", () => {
	const [full, empty] = [join(folder, "full"), join(folder, "empty")];
	for (const place of [full, empty]) mkdirSync(place);
	writeFileSync(join(full, "sandglass-program"), "#!/bin/sh\n");
	assert.equal(findProgram("sandglass-program", `${empty}:${full}`), null, "it may not be started");
	chmodSync(join(full, "sandglass-program"), 0o755);
	assert.equal(findProgram("sandglass-program", `${empty}:${full}`), join(full, "sandglass-program"));
	assert.equal(findProgram("sandglass-program", "."), null);
});

test("backports of bookworm are for bookworm only", () => {
	assert.ok(isBookworm('NAME="Debian GNU/Linux"\nVERSION_CODENAME=bookworm\nID=debian\n'));
	assert.ok(!isBookworm("VERSION_CODENAME=trixie\nID=debian\n"));
	assert.ok(!isBookworm('VERSION="12 (bookworm)"\nID=debian\n'));
});

test("what is fetched from another suite is fetched without the host's sources, and leaves them as they are", {
	skip: existsSync("/usr/bin/apt-get") ? false : "no apt on this machine",
}, () => {
	const place = join(folder, "apt");
	mkdirSync(join(place, "lists/partial"), { recursive: true });
	writeFileSync(join(place, "sources.list"), "deb [trusted=yes] http://suite.invalid/debian elsewhere main\n");
	const fetched = (options: string[]): string[] =>
		execFileSync("apt-get", [...options, "update", "--print-uris"])
			.toString()
			.trim()
			.split("\n")
			.map((line) => line.split("'")[1] ?? line);
	for (const uri of fetched(privateAptOptions(place))) assert.match(uri, /^http:\/\/suite\.invalid\/debian\/dists\/elsewhere\//);
	const usual = fetched([]);
	assert.ok(usual.length > 0 && usual.every((uri) => !uri.includes("suite.invalid")), "control: the host has sources of its own");
});

test("a private engine lists the runtimes, and one that forgot them is told again without being stopped", {
	skip: mayStartEngines ? false : "only root can start an engine",
}, async () => {
	const config = readConfig({ SANDGLASS_STATE_DIR: join(folder, "state"), SANDGLASS_RUN_DIR: join(folder, "run") }, folder);
	const engine = await ensureEngine(config, silent);
	try {
		const written = JSON.parse(readFileSync(join(folder, "state/engine.json"), "utf8"));
		assert.deepEqual(Object.keys(written.runtimes), ["runsc", "crun"]);
		assert.deepEqual(await unlistedRuntimes(engine.dockerHost, written.runtimes), []);
		const pid = readFileSync(join(folder, "run/engine.pid"), "utf8");
		writeEngineConfig(join(folder, "state/engine.json"), { crun: { path: written.runtimes.crun.path } });
		process.kill(Number(pid), "SIGHUP");
		while ((await unlistedRuntimes(engine.dockerHost, written.runtimes)).length === 0);
		const second = await ensureEngine(config, silent);
		assert.deepEqual(await unlistedRuntimes(second.dockerHost, written.runtimes), []);
		assert.equal(readFileSync(join(folder, "run/engine.pid"), "utf8"), pid);
	} finally {
		await engine.release();
	}
	assert.ok(!existsSync(join(folder, "run/engine.pid")), "the engine has gone with its last user");
});
