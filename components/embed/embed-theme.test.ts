import assert from "node:assert/strict";
import { test } from "node:test";
import { isLookDark, lookStyle, luminance } from "./embed-theme.ts";

test("a colour's lightness is read in every form that a look may have", () => {
	assert.equal(luminance("#ffffff"), 1);
	assert.equal(luminance("rgb(0, 0, 0)"), 0);
	assert.ok(Math.abs((luminance("rgb(128, 128, 128)") ?? 0) - 0.216) < 0.001);
	assert.equal(luminance("rgba(0, 0, 0, 0)"), null);
	assert.equal(luminance("rgba(1.2.3, , )"), null);
});

test("a block on a dark ground makes a dark frame, on a light one a light frame, and without a ground nothing is known", () => {
	assert.equal(isLookDark({ background: "#1e1e2e" }), true);
	assert.equal(isLookDark({ background: "rgb(246, 248, 250)" }), false);
	assert.equal(isLookDark({}), null);
	assert.equal(isLookDark({ background: "rgba(0, 0, 0, 0)" }), null);
});

test("the block's colours are left out where the author asks for the other theme, so that text stays readable", () => {
	const look = { background: "#1e1e2e", foreground: "#ffffff", fontSizePx: 15 };
	const properties = (isDark: boolean): Record<string, unknown> => ({ ...lookStyle(look, isDark) });
	assert.equal(properties(true)["--look-background"], "#1e1e2e");
	assert.equal(properties(false)["--look-background"], undefined);
	assert.equal(properties(false)["--look-size"], "15px");
});
