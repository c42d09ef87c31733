import assert from "node:assert/strict";
import { test } from "node:test";
import { describeApi } from "../../protocol/openapi.ts";
import { schemaLines, typeText } from "./schema-lines.ts";

test("a request's fields are told with their types, bounds and defaults, nested ones below theirs", () => {
	const lines = schemaLines(describeApi().components.schemas.RunRequest);
	const lineOf = (name: string) => lines.find((line) => line.name === name);
	assert.deepEqual([lineOf("language")?.type, lineOf("language")?.isRequired], ["string, at most 40 characters", true]);
	assert.equal(lineOf("files")?.type, "array of object");
	assert.deepEqual([lineOf("content")?.depth, lineOf("idleWallMs")?.type], [1, "integer 100 to 3600000"]);
	assert.equal(lineOf("version")?.isRequired, false);
});

test("several forms are told one after the other, words as they are written, references by name", () => {
	const lines = schemaLines(describeApi().components.schemas.RunEvent);
	assert.deepEqual(
		lines.filter(({ name }) => name === "type").map(({ type }) => type),
		['"queued"', '"started"', '"output"', '"step"', '"result"', '"problem"'],
	);
	assert.equal(typeText({ $ref: "#/components/schemas/Problem" }), "Problem");
	assert.equal(typeText({ anyOf: [{ type: "string" }, { type: "null" }] }), "string | null");
	assert.equal(typeText("what is no schema"), "any");
});
