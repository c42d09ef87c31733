import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ApiRunEvent, openApiPath, runPath } from "../../../protocol/api.ts";
import { describeApi, type OpenApiOperation } from "../../../protocol/openapi.ts";
import { readCatalogue } from "../../languages/catalogue.ts";
import { offer, type Rig, startRig } from "../../runner/testing/rig.ts";
import { openForTest } from "../../store/testing/open-for-test.ts";
import { eventsOf } from "../testing/api-calls.ts";
import { openGateway } from "../testing/fixture.ts";

/** The document is made from the schemas that the server reads by; here a real gateway, runner and sandbox are held to what it says. */

let rig: Rig;

before(async () => {
	rig = await startRig({ offered: await offer("python"), settings: { maxLeases: 2, poolSize: 1 } });
});
after(() => rig.close());

const document = describeApi();
const Json = z.record(z.string(), z.unknown());

/** Every value under a key of that name, however deep. */
function valuesOf(value: unknown, wanted: string): unknown[] {
	if (Array.isArray(value)) return value.flatMap((it) => valuesOf(it, wanted));
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => [...(key === wanted ? [inner] : []), ...valuesOf(inner, wanted)]);
}

function resolve(reference: unknown): unknown {
	assert.equal(typeof reference, "string");
	const parts = String(reference).replace(/^#\//, "").split("/");
	return parts.reduce((place: unknown, part) => Json.parse(place)[part], document);
}

/** The schema of that reference, with the document's other schemas beside it. */
function schemaAt(schema: unknown): z.ZodType {
	const [reference] = valuesOf({ schema }, "$ref");
	const found = reference === undefined ? Json.parse(schema) : Json.parse(resolve(reference));
	const text = JSON.stringify({ ...found, $defs: document.components.schemas }).replaceAll("#/components/schemas/", "#/$defs/");
	return z.fromJSONSchema(JSON.parse(text));
}

const operations = Object.entries(document.paths).flatMap(([path, { get, post }]) => [
	...(get === undefined ? [] : [{ path, method: "GET", operation: get }]),
	...(post === undefined ? [] : [{ path, method: "POST", operation: post }]),
]);

function send(url: string, path: string, method: string, { requestBody }: OpenApiOperation): Promise<Response> {
	const example = requestBody?.content["application/json"]?.example;
	return fetch(url + path, {
		method,
		...(example === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(example) }),
	});
}

test("every reference resolves, every operation has a name of its own, and every path parameter is described", () => {
	const references = valuesOf(document, "$ref");
	assert.ok(references.length > 10);
	for (const reference of references) assert.notEqual(resolve(reference), undefined, String(reference));
	const ids = operations.map(({ operation }) => operation.operationId);
	assert.equal(new Set(ids).size, ids.length);
	for (const { path, operation } of operations) {
		const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		assert.deepEqual(
			(operation.parameters ?? []).map((it) => Json.parse(it).name),
			named,
		);
		for (const security of operation.security ?? [])
			for (const scheme of Object.keys(security)) assert.ok(scheme in document.components.securitySchemes);
	}
});

test("each route answers its example as the document says, and a body that it does not allow with a problem of its own", async (context) => {
	const catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
	const folder = mkdtempSync(join(tmpdir(), "openapi-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const snippets = openForTest(context, { kind: "sqlite", path: join(folder, "snippets.db") });
	const { url } = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath, snippets });
	let id = "";
	for (const { path, method, operation } of operations) {
		const response = await send(url, path.replace("{id}", id), method, operation);
		const described = operation.responses[String(response.status)];
		assert.ok(described !== undefined && response.status < 300, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
		const answer: unknown = await response.json();
		const fitting = schemaAt(described.content?.["application/json"]?.schema).safeParse(answer);
		assert.ok(fitting.success, `${method} ${path}: ${fitting.error?.message}`);
		if (operation.operationId === "createSnippet") id = String(Json.parse(answer).id);
		if (method !== "POST") continue;
		const refused = await fetch(url + path, { method, headers: { "Content-Type": "application/json" }, body: '{"surprise":1}' });
		const media = operation.responses[String(refused.status)]?.content?.["application/problem+json"];
		assert.ok(media !== undefined, `${method} ${path}: ${refused.status}`);
		schemaAt(media.schema).parse(await refused.json());
	}
});

test("the events of a run are those of the document, and the document that is served is this one", async (context) => {
	const catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
	const { url } = await openGateway(context, { catalogue, runnerSocketPath: rig.socketPath });
	const example = document.paths[runPath]?.post?.requestBody?.content["application/json"]?.example;
	const response = await fetch(url + runPath, {
		method: "POST",
		headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
		body: JSON.stringify(example),
	});
	const schema = schemaAt(document.paths[runPath]?.post?.responses["200"]?.content?.["text/event-stream"]?.schema);
	let count = 0;
	for await (const event of eventsOf(response)) {
		schema.parse(event);
		ApiRunEvent.parse(event);
		count++;
	}
	assert.ok(count >= 3);
	assert.deepEqual(await (await fetch(url + openApiPath)).json(), JSON.parse(JSON.stringify(document)));
});
