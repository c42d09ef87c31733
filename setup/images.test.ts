import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import { imageId } from "./base-images.ts";
import { ensureImages, type ImageReferences } from "./images.ts";

/** A repository with one small language, built by the real engine; its names are of this run only. */

const docker = connectEngine(process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock");
const id = `test-${randomBytes(4).toString("hex")}`;
const instance = `images-${id}`;

let repository: string;
let lines: string[];
const written = new Set<string>();

function write(path: string, content: string): void {
	const full = join(repository, "sandbox-images", path);
	mkdirSync(dirname(full), { recursive: true });
	writeFileSync(full, content);
}

const dockerfile = (command: string) => `ARG SUITE=bookworm
ARG AGENT
FROM \${AGENT} AS agent
FROM debian:\${SUITE}-slim AS build
LABEL dev.sandglass.stage=${id}
COPY sandbox-images/shared/word /word
RUN ${command}
FROM scratch
COPY --from=build /word /word
COPY --from=agent /sandglass-agent /sandglass-agent
ENTRYPOINT ["/sandglass-agent"]
`;

async function ensure(keepSupersededMs = 3_600_000): Promise<ImageReferences> {
	const onImage = (language: string, version: string, reference: string) => written.add(`${language}@${version} ${reference}`);
	return await ensureImages({ docker, instance, progress: (line) => void lines.push(line), repository, keepSupersededMs, onImage });
}

before(() => {
	repository = mkdtempSync(join(tmpdir(), "sandglass-images-"));
	write("agent/Dockerfile", "FROM scratch\nCOPY sandglass-agent /sandglass-agent\n");
	write("agent/sandglass-agent", `agent of ${id}`);
	write("shared/word", "one\n");
	write(`${id}/Dockerfile`, dockerfile("cat /word"));
	write(`${id}/examples/a.txt`, "first\n");
	const examples = [{ file: "a.txt", title: "A", isInteractive: true }];
	const rest = { name: "Test", monacoId: "plaintext", aliases: [], fileName: "a.txt", versions: [{ version: "1", suite: "bookworm" }] };
	write(
		`${id}/language.json`,
		JSON.stringify({ id, ...rest, run: ["/cat", "{file}"], examples: [...examples, { ...examples[0], file: "b.txt" }] }),
	);
	write(`${id}/examples/b.txt`, "second\n");
});
beforeEach(() => {
	lines = [];
	written.clear();
});
after(async () => {
	rmSync(repository, { recursive: true });
	const own = await docker.listImages({ filters: { label: [`dev.sandglass.instance=${instance}`] } });
	for (const tag of own.flatMap((image) => image.RepoTags ?? [])) await docker.getImage(tag).remove();
	const stages = await docker.listImages({ filters: { label: [`dev.sandglass.stage=${id}`] } });
	for (const stage of stages) await docker.getImage(stage.Id).remove();
});

function referenceOf(images: ImageReferences): string {
	return images[`${id}@1`] ?? assert.fail("no image");
}

test("what is missing is built and told of, and what is there is neither built nor slow", async () => {
	const built = await ensure();
	const reference = referenceOf(built);
	assert.match(reference, new RegExp(`^sandglass/${id}:1-[0-9a-f]{12}$`));
	assert.ok(await imageId(docker, reference));
	assert.ok(lines.some((line) => line.startsWith(`image 1/1 ${id} 1: built in`)));
	assert.deepEqual([...written], [`${id}@1 ${reference}`]);

	lines = [];
	written.clear();
	assert.deepEqual(await ensure(), built);
	assert.deepEqual(lines, []);
	assert.deepEqual([...written], [`${id}@1 ${reference}`]);
});

test("an example's change builds nothing; a shared file's, the agent's and the Dockerfile's do", async () => {
	const tags = [referenceOf(await ensure())];
	write(`${id}/examples/a.txt`, "changed\n");
	assert.equal(referenceOf(await ensure()), tags[0]);
	write("shared/word", "two\n");
	tags.push(referenceOf(await ensure()));
	write("agent/sandglass-agent", `another agent of ${id}`);
	tags.push(referenceOf(await ensure()));
	write(`${id}/Dockerfile`, dockerfile("cat /word /word"));
	tags.push(referenceOf(await ensure()));
	assert.equal(new Set(tags).size, 4);
});

test("an old image goes once it is old enough and no container uses it", async () => {
	const old = referenceOf(await ensure());
	const container = await docker.createContainer({ Image: old, Labels: { "sandglass.instance": instance } });
	try {
		write("shared/word", "three\n");
		await ensure(0);
		assert.ok(await imageId(docker, old), "removed under a container");
	} finally {
		await container.remove({ force: true });
	}
	await ensure();
	assert.ok(await imageId(docker, old), "removed too early");
	const current = referenceOf(await ensure(0));
	assert.equal(await imageId(docker, old), undefined);
	assert.ok(await imageId(docker, current));
});

test("a build that fails is told with the last of its output, and nothing is left under its name", async () => {
	write(`${id}/Dockerfile`, dockerfile("echo the reason why && exit 3"));
	await assert.rejects(
		ensure(),
		(error: Error) => error.message.includes(`${id} 1 could not be built`) && error.message.includes("the reason why\n"),
	);
	assert.deepEqual([...written], []);
});
