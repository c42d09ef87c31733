import assert from "node:assert/strict";
import {
	appendFileSync,
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { engine, offer } from "../../testing/rig.ts";
import { DriverClosed } from "../driver.ts";
import { runCommand } from "./run-command.ts";
import { UnpackedImages, unpackingLabel } from "./unpacked-images.ts";

const skip = process.getuid?.() !== 0 && "only root can unpack files of other owners";

const instance = `unpacking-${process.pid}`;

function makeFolder(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "roots-"));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

async function bashImage(): Promise<string> {
	const [bash] = await offer("bash");
	assert.ok(bash);
	return bash.image;
}

test("an image is unpacked once, with what an engine would mount over it, and used as it is by the next process", {
	skip,
}, async (context) => {
	const folder = makeFolder(context);
	const notices: string[] = [];
	const image = await bashImage();
	const unpacked = await new UnpackedImages(engine, folder, instance, (it) => notices.push(it)).prepare(image);
	assert.deepEqual(unpacked.entrypoint, ["/sandglass-agent"]);
	for (const place of ["proc", "sys", "dev/shm", "workspace", "tmp", "usr/bin/bash"])
		assert.ok(existsSync(join(unpacked.rootPath, place)), place);
	assert.match(readFileSync(join(unpacked.rootPath, "etc/hosts"), "utf8"), /localhost/);
	assert.equal(existsSync(join(unpacked.rootPath, ".dockerenv")), false);
	const record = readFileSync(join(unpacked.rootPath, "../record.json"), "utf8");
	const again = await new UnpackedImages(engine, folder, instance, (it) => notices.push(it)).prepare(image);
	assert.deepEqual(again, unpacked);
	assert.equal(readFileSync(join(again.rootPath, "../record.json"), "utf8"), record);
	assert.deepEqual(notices, []);
});

const changes: readonly [name: string, change: (root: string) => void][] = [
	["a byte more in a program", (root) => appendFileSync(join(root, "usr/bin/bash"), "x")],
	["a file more", (root) => writeFileSync(join(root, "usr/bin/extra"), "")],
	["a setuid bit", (root) => chmodSync(join(root, "usr/bin/bash"), 0o4755)],
	["a file less", (root) => rmSync(join(root, "etc/hosts"))],
];

for (const [name, change] of changes) {
	test(`an unpacked image that was changed on disk by ${name} is found out, told, and unpacked anew`, { skip }, async (context) => {
		const folder = makeFolder(context);
		const image = await bashImage();
		const first = await new UnpackedImages(engine, folder, instance, () => undefined).prepare(image);
		change(first.rootPath);
		const notices: string[] = [];
		const second = await new UnpackedImages(engine, folder, instance, (it) => notices.push(it)).prepare(image);
		assert.equal(notices.length, 1);
		assert.match(notices[0] ?? "", /was changed on disk/);
		const third: string[] = [];
		await new UnpackedImages(engine, folder, instance, (it) => third.push(it)).prepare(image);
		assert.deepEqual(third, [], "the new one is whole");
		assert.equal(existsSync(join(second.rootPath, "usr/bin/extra")), false);
		assert.deepEqual(
			readdirSync(folder).filter((it) => !/^[0-9a-f]{64}$/.test(it)),
			[],
			"nothing is left beside it",
		);
	});
}

test("a disk without room for it is an error, and leaves nothing half unpacked", { skip }, async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "roots-"));
	await runCommand(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
	context.after(async () => {
		await runCommand(["umount", folder]);
		rmSync(folder, { recursive: true });
	});
	const images = new UnpackedImages(engine, folder, instance, () => undefined);
	await assert.rejects(images.prepare(await bashImage()), /tar failed|No space left/);
	assert.deepEqual(readdirSync(folder), []);
	await assert.rejects(images.prepare(await bashImage()), /tar failed|No space left/, "it is tried again, not remembered");
});

test("an unpacked image that is in use is marked as such each time, and one that was taken away is unpacked again", {
	skip,
}, async (context) => {
	const folder = makeFolder(context);
	const image = await bashImage();
	const images = new UnpackedImages(engine, folder, instance, () => undefined);
	const place = join((await images.prepare(image)).rootPath, "..");
	const longAgo = new Date(Date.now() - 2 * 86_400_000);
	utimesSync(place, longAgo, longAgo);
	await images.prepare(image);
	assert.ok(Date.now() - statSync(place).mtimeMs < 60_000);
	rmSync(place, { recursive: true });
	assert.ok(existsSync((await images.prepare(image)).rootPath));
});

test("what no image of the engine's needs is taken away after a day, and nothing else", { skip }, async (context) => {
	const folder = makeFolder(context);
	const images = new UnpackedImages(engine, folder, instance, () => undefined);
	const { rootPath } = await images.prepare(await bashImage());
	const [foreign, fresh] = ["a".repeat(64), "b".repeat(64)].map((name) => join(folder, name));
	const longAgo = new Date(Date.now() - 2 * 86_400_000);
	for (const path of [String(foreign), String(fresh)]) mkdirSync(path);
	utimesSync(String(foreign), longAgo, longAgo);
	utimesSync(join(rootPath, ".."), longAgo, longAgo);
	await images.removeUnused();
	assert.deepEqual([existsSync(String(foreign)), existsSync(String(fresh)), existsSync(rootPath)], [false, true, true]);
});

test("what a process was unpacking when it was killed is taken away by the next of its instance, and nothing of another's", {
	skip,
}, async (context) => {
	const folder = makeFolder(context);
	const image = await bashImage();
	const others = `${instance}-other`;
	const digest = "c".repeat(64);
	const leave = async (of: string): Promise<string> => {
		mkdirSync(join(folder, `${digest}.00000000.${of}.draft`, "root"), { recursive: true });
		const container = await engine.createContainer({ Image: image, Cmd: ["/"], Labels: { [unpackingLabel]: of } });
		return container.id;
	};
	const [left, kept] = [await leave(instance), await leave(others)];
	context.after(() => engine.getContainer(kept).remove({ force: true }));
	const images = new UnpackedImages(engine, folder, instance, () => undefined);
	await images.removeLeft();
	const there = (await engine.listContainers({ all: true })).map(({ Id }) => Id);
	assert.deepEqual([there.includes(left), there.includes(kept)], [false, true]);
	assert.deepEqual(readdirSync(folder), [`${digest}.00000000.${others}.draft`]);
});

const moments: readonly [name: string, hasCome: (drafts: readonly string[]) => boolean][] = [
	["at once", () => true],
	["as soon as it has a folder", (drafts) => drafts.length > 0],
	["in the middle of its files", (drafts) => drafts.some((draft) => existsSync(join(draft, "root/usr")))],
];

for (const [name, hasCome] of moments) {
	test(`a server that ends while it unpacks leaves nothing of it, neither on the disk nor in the engine: ${name}`, {
		skip,
	}, async (context) => {
		const folder = makeFolder(context);
		const images = new UnpackedImages(engine, folder, instance, () => undefined);
		const waiting = [images.prepare(await bashImage()), images.prepare(`${await bashImage()}-that-waits`)];
		const verdict = Promise.all(waiting.map((it) => assert.rejects(it, DriverClosed)));
		while (!hasCome(readdirSync(folder).map((it) => join(folder, it)))) await new Promise((resolve) => setImmediate(resolve));
		await images.giveUp();
		const left = await engine.listContainers({ all: true, filters: { label: [`${unpackingLabel}=${instance}`] } });
		assert.deepEqual([readdirSync(folder), left], [[], []]);
		await verdict;
		assert.ok(existsSync((await images.prepare(await bashImage())).rootPath), "asked again, it begins anew");
	});
}
