import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { PostureReport } from "../../../protocol/posture.ts";
import { type Offered, offer } from "../testing/rig.ts";
import { assessWeakened, offerTier } from "./testing/weakened.ts";

/** A tier whose inner wall is not there at all: the language's ordinary image, offered under the tier's name. */

let native: Readonly<Record<"javascript" | "c", Offered>>;
let isolate: Offered;
let wasm: Offered;

before(async () => {
	const [javascript, c] = await offer("javascript", "c");
	assert.ok(javascript && c);
	native = { javascript, c };
	isolate = await offerTier("javascript", "isolate");
	wasm = await offerTier("c", "wasm");
});

const failedAttacks = ({ differences }: PostureReport): string[] => differences.map((it) => it.path).filter((it) => it.includes("-inner-"));

test("an isolate passes, and so does the container around it", async () => {
	const report = await assessWeakened("isolate", isolate);
	assert.deepEqual([report.problem, report.differences], [null, []]);
});

test("an isolate that is none is caught: Node reads files and starts processes", async () => {
	const report = await assessWeakened("isolate", native.javascript);
	assert.equal(report.verdict, "failed");
	const failed = failedAttacks(report);
	for (const id of ["16-inner-processes", "27-inner-files", "33-inner-environment"]) assert.ok(failed.includes(`attacks.${id}`), id);
});

test("an isolate is caught with a folder of the host in the container around it", async () => {
	const report = await assessWeakened("isolate", isolate, () => ({ Binds: ["/etc:/host-etc:ro"] }));
	assert.ok(report.differences.some((it) => it.path === "mounts.table"));
});

test("a WASI module passes, and so does the container around it", async () => {
	const report = await assessWeakened("wasm", wasm);
	assert.deepEqual([report.problem, report.differences], [null, []]);
});

test("a WebAssembly tier that runs native code is caught: files, and links that lead out", async () => {
	const failed = failedAttacks(await assessWeakened("wasm", native.c));
	for (const id of ["18-inner-links", "27-inner-files"]) assert.ok(failed.includes(`attacks.${id}`), id);
});
