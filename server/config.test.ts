import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, readConfig } from "./config.ts";

test("an empty environment gives the documented defaults", () => {
	const config = readConfig({}, "/srv/sandglass");
	assert.equal(config.host, "127.0.0.1");
	assert.equal(config.port, 3000);
	assert.equal(config.idleWallMs, 10_000);
	assert.equal(config.memoryBytes, 268_435_456);
	assert.deepEqual(config.allowedOrigins, []);
	assert.match(config.instance, /^sandglass-[0-9a-f]{10}$/);
});

test("two checkouts, and two ports of one, label their containers apart", () => {
	const instances = [readConfig({}, "/a"), readConfig({}, "/b"), readConfig({ PORT: "3001" }, "/a")].map(({ instance }) => instance);
	assert.equal(new Set(instances).size, 3);
});

test("ATTACKS.md 12: a limit of zero, below zero, not a number, infinite or in words stops the start; none means no limit", () => {
	for (const value of ["0", "-1", "NaN", "1e308", "Infinity", "ten", " ", "0x10", "10.5"]) {
		assert.throws(() => readConfig({ SANDGLASS_IDLE_WALL_MS: value }, "/a"), ConfigError, value);
	}
});

test("a bad value stops the start with its name, its value and what is allowed; all of them at once", () => {
	assert.throws(
		() => readConfig({ PORT: "70000", LOG_LEVEL: "loud" }, "/a"),
		(error: unknown) =>
			error instanceof ConfigError && /PORT="70000".*65535/.test(error.message) && /LOG_LEVEL="loud".*"info"/.test(error.message),
	);
});

test("a setting that is set to nothing counts as unset", () => {
	assert.equal(readConfig({ PORT: "" }, "/a").port, 3000);
	assert.equal(readConfig({ DOCKER_HOST: "" }, "/a").dockerHost, undefined);
});

test("lists are split at commas and trimmed", () => {
	assert.deepEqual(readConfig({ SANDGLASS_ORIGINS: "https://a.example, https://b.example," }, "/a").allowedOrigins, [
		"https://a.example",
		"https://b.example",
	]);
});

test("a database's URL that cannot be used is refused without being shown, for it holds a password", () => {
	for (const url of ["mysql://me:hunter2@db/x", "postgres://me:hunter2@db:port/x"])
		assert.throws(
			() => readConfig({ DATABASE_URL: url }, "/"),
			(error: Error) => error.message.includes("DATABASE_URL=(not shown)") && !error.message.includes("hunter2"),
		);
});
