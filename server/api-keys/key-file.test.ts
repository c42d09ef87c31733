import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { KeyFile, KeyFileError } from "./key-file.ts";

const allowance = { sandboxes: 2, runsPerMinute: 10, secondsPerHour: 60 };

function open(context: TestContext): { file: KeyFile; stateDir: string } {
	const stateDir = mkdtempSync(join(tmpdir(), "keys-"));
	context.after(() => rmSync(stateDir, { recursive: true }));
	return { file: new KeyFile(stateDir), stateDir };
}

test("a key is kept as its hash only, in a file that nobody else may read, until it is revoked", (context) => {
	const { file } = open(context);
	assert.deepEqual(file.read(), []);
	const { token, key } = file.create("ci", allowance, new Date(0));
	assert.match(token, /^sandglass_[A-Za-z0-9_-]{43}$/);
	assert.ok(!readFileSync(file.path, "utf8").includes(token.slice(10)));
	assert.equal(statSync(file.path).mode & 0o777, 0o600);
	const other = file.create("docs", allowance, new Date(0));
	assert.deepEqual(file.read(), [key, other.key]);
	assert.equal(file.revoke("00000000"), false);
	assert.equal(file.revoke(key.id), true);
	assert.deepEqual(file.read(), [other.key]);
});

test("a file that somebody broke is an error that names it, and a change leaves it as it is", (context) => {
	const { file } = open(context);
	for (const text of ["{", '{"version":2,"keys":[]}']) {
		writeFileSync(file.path, text);
		assert.throws(() => file.read(), KeyFileError);
		assert.throws(() => file.create("ci", allowance, new Date(0)), KeyFileError);
		assert.equal(readFileSync(file.path, "utf8"), text);
	}
});

test("two commands at once do not lose a key: the second is told", (context) => {
	const { file, stateDir } = open(context);
	writeFileSync(join(stateDir, "keys.json.new"), "");
	assert.throws(() => file.create("ci", allowance, new Date(0)), /another command/);
});

test("whoever watches hears of the first key and of each change", async (context) => {
	const { file } = open(context);
	let heard = (): void => {};
	const unwatch = file.watch(() => heard());
	context.after(unwatch);
	for (const name of ["one", "two"]) {
		const changed = new Promise<void>((resolve) => {
			heard = resolve;
		});
		const alive = setInterval(() => {}, 1_000);
		file.create(name, allowance, new Date(0));
		await changed;
		clearInterval(alive);
	}
	assert.equal(file.read().length, 2);
});

test("the command makes, lists and revokes keys, and says what is wrong with its words", (context) => {
	const { stateDir } = open(context);
	const script = fileURLToPath(new URL("../../setup/keys.ts", import.meta.url));
	const keys = (...words: string[]) =>
		spawnSync(process.execPath, ["--import", "tsx", script, "keys", ...words], {
			env: { ...process.env, SANDGLASS_STATE_DIR: stateDir },
			encoding: "utf8",
		});
	// The word `keys` stands where setup/bootstrap.mjs has its command.
	const made = keys("create", "--name", "ci", "--runs-per-minute", "7");
	const [token = ""] = /sandglass_\S+/.exec(made.stdout) ?? [];
	const [, id = ""] = /Key ([0-9a-f]{8})/.exec(made.stdout) ?? [];
	assert.equal(token.length, 53, made.stderr);
	const listed = keys("list");
	assert.match(listed.stdout, new RegExp(`${id} .* 7 runs/min.* ci`));
	assert.ok(!listed.stdout.includes(token));
	assert.equal(keys("create").status, 1);
	assert.match(keys("create", "--name", "x", "--sandboxes", "0").stderr, /whole number/);
	assert.match(keys("destroy").stderr, /npm run keys/);
	assert.equal(keys("revoke", id).status, 0);
	assert.match(keys("list").stdout, /no keys/);
});
