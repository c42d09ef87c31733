import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { prepareStoreFolder, storeFolder, storePlaceOf } from "./store-folder.ts";

const nobody = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;

function makeStateDir(context: { after(work: () => void): void }): string {
	const folder = mkdtempSync(join(tmpdir(), "state-"));
	context.after(() => rmSync(folder, { recursive: true }));
	return folder;
}

const storePathIn = (stateDir: string): string => join(storeFolder(stateDir), "snippets.db");

test("the store is a file in the state directory, unless the operator names a PostgreSQL", () => {
	assert.deepEqual(storePlaceOf({ stateDir: "/state" }), { kind: "sqlite", path: "/state/store/snippets.db" });
	assert.deepEqual(storePlaceOf({ stateDir: "/state", databaseUrl: "postgres://db/x" }), { kind: "postgres", url: "postgres://db/x" });
});

test("the store's folder is open to the gateway's user alone, and what an earlier user left there is given to it", {
	skip: !isRoot,
}, (context) => {
	const stateDir = makeStateDir(context);
	prepareStoreFolder(stateDir, null);
	writeFileSync(join(storeFolder(stateDir), "snippets.db"), "");
	prepareStoreFolder(stateDir, nobody);
	const folder = statSync(storeFolder(stateDir));
	assert.deepEqual([folder.uid, folder.gid, folder.mode & 0o777], [65_534, 65_534, 0o700]);
	assert.equal(statSync(join(storeFolder(stateDir), "snippets.db")).uid, 65_534);
});

test("the gateway's user reaches the store in a state directory that is new, and in one that was root's alone", {
	skip: !isRoot,
}, (context) => {
	const parent = makeStateDir(context);
	chmodSync(parent, 0o711);
	const closed = join(parent, "closed");
	mkdirSync(closed, { mode: 0o700 });
	for (const stateDir of [join(parent, "new"), closed]) {
		prepareStoreFolder(stateDir, nobody);
		const written = spawnSync("touch", [storePathIn(stateDir)], nobody);
		assert.equal(written.status, 0, String(written.stderr));
		const listed = spawnSync("ls", [stateDir], nobody);
		assert.notEqual(listed.status, 0, "what else is in the state directory is none of its business");
	}
});

test("a gateway that was taken over cannot have a file of root's given to it by a link in the store's folder", {
	skip: !isRoot,
}, (context) => {
	const stateDir = makeStateDir(context);
	const folder = storeFolder(stateDir);
	mkdirSync(folder);
	const [pointedAt, linked] = [join(stateDir, "pointed-at"), join(stateDir, "linked")];
	for (const secret of [pointedAt, linked]) writeFileSync(secret, "");
	symlinkSync(pointedAt, join(folder, "snippets.db"));
	linkSync(linked, join(folder, "snippets.db-wal"));
	prepareStoreFolder(stateDir, nobody);
	assert.deepEqual([statSync(pointedAt).uid, statSync(linked).uid], [0, 0]);
});
