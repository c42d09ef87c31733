import assert from "node:assert/strict";
import { test } from "node:test";
import { groupParentOf, isUsualGroup, ownGroupParent } from "./group-parent.ts";

test("sandboxes stand beside the engine's only where the engine makes its groups itself", () => {
	assert.equal(groupParentOf("one", "cgroupfs"), "docker");
	for (const driver of ["systemd", "none", ""]) assert.equal(groupParentOf("one", driver), ownGroupParent("one"), driver);
});

test("the posture takes no other group for a usual one", () => {
	for (const driver of ["cgroupfs", "systemd"])
		assert.ok(isUsualGroup(`/${groupParentOf("one-2", driver)}/one-2-0123456789abcdef`), driver);
	for (const path of [
		"",
		"/",
		"/docker",
		"/one",
		"/docker/..",
		"/docker/a/b",
		"/sandglass/one",
		"/sandglass/../one",
		"/system.slice/one",
		"docker/one",
	])
		assert.equal(isUsualGroup(path), false, path);
});
