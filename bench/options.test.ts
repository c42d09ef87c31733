import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError, parseOptions, parts } from "./options.ts";

test("without a word everything is measured at length", () => {
	assert.deepEqual(parseOptions([]), { isQuick: false, isCi: false, parts });
});

test("parts are measured in their own order, whatever the order they are asked for in", () => {
	assert.deepEqual(parseOptions(["--quick", "--only=page,python"]), { isQuick: true, isCi: false, parts: ["python", "page"] });
});

test("a comparison with the committed results is a quick run", () => {
	assert.deepEqual(parseOptions(["--ci"]), { isQuick: true, isCi: true, parts });
});

test("a word that is no option, and a part that is none, are refused rather than ignored", () => {
	assert.throws(() => parseOptions(["--fast"]), OptionsError);
	assert.throws(() => parseOptions(["--only=pyhton"]), OptionsError);
});
