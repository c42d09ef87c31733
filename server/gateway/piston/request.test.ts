import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { describePistonIssue, type PistonFile, PistonRequest } from "../../../protocol/piston.ts";
import { readConfig } from "../../config.ts";
import { type LanguageCatalogue, readCatalogue, type Toolchain } from "../../languages/catalogue.ts";
import { readFiles } from "./files.ts";
import { readLimits } from "./limits.ts";

let catalogue: LanguageCatalogue;
before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
});

function toolchain(language: string, version?: string): Toolchain {
	const found = catalogue.find(language, version);
	assert.ok(found);
	return found;
}

const base = { language: "python", version: "*", files: [{ content: "" }] };
const config = readConfig({}, "/");
const files = (given: PistonFile[], language = "python") => readFiles(given, toolchain(language));

function limits(fields: object, language = "python", isInteractive = false) {
	return readLimits(PistonRequest.parse({ ...base, ...fields }), toolchain(language), config, isInteractive);
}

test("a body is told what is wrong with it as Piston tells it", () => {
	for (const [body, message] of [
		[{}, "language is required as a string"],
		[{ language: "" }, "language is required as a string"],
		[{ language: "python" }, "version is required as a string"],
		[{ language: "python", version: "*" }, "files is required as an array"],
		[{ language: "python", version: "*", files: [{ content: "" }, {}] }, "files[1].content is required as a string"],
		[{ ...base, files: [{ content: "", encoding: "gzip" }] }, "files[0].encoding: encoding must be utf8, base64 or hex"],
		[{ ...base, run_timeout: "3000" }, "run_timeout must be a number, if it is given"],
		[{ ...base, args: "x" }, "args must be an array, if it is given"],
		[[], "the body must be a JSON object"],
	] as const) {
		const parsed = PistonRequest.safeParse(body);
		assert.equal(describePistonIssue(parsed.error?.issues[0]), message);
	}
});

test("what nobody knows is passed over, null is absent, and a number among the arguments is its digits", () => {
	const parsed = PistonRequest.parse({ ...base, stdin: null, run_timeout: null, log: 0, args: ["a", 1] });
	assert.deepEqual(parsed.args, ["a", "1"]);
});

test("a file without a name, or with an empty one, gets one: the first the language's own", () => {
	assert.deepEqual(files([{ content: "1" }, { name: "", content: "2" }, { name: "data.txt", content: "3" }]), {
		entry: "main.py",
		files: [
			{ name: "main.py", content: "1" },
			{ name: "file1.py", content: "2" },
			{ name: "data.txt", content: "3" },
		],
	});
	assert.deepEqual(files([{ content: "1" }, { name: "main.py", content: "2" }]), {
		entry: "file0.py",
		files: [
			{ name: "file0.py", content: "1" },
			{ name: "main.py", content: "2" },
		],
	});
});

test("base64 and hex are decoded, and the first file that came as text is the one to start", () => {
	const content = Buffer.from("grüße\n");
	assert.deepEqual(
		files([
			{ name: "a.txt", content: content.toString("base64"), encoding: "base64" },
			{ name: "b.txt", content: content.toString("hex"), encoding: "hex" },
			{ name: "go.py", content: "print(1)", encoding: "utf8" },
		]),
		{
			entry: "go.py",
			files: [
				{ name: "a.txt", content: "grüße\n" },
				{ name: "b.txt", content: "grüße\n" },
				{ name: "go.py", content: "print(1)" },
			],
		},
	);
});

test("what cannot be decoded, and what is no text then, is refused with its place", () => {
	for (const [file, message] of [
		[{ content: "zz", encoding: "hex" }, "files[0].content is no hex"],
		[{ content: "abc", encoding: "hex" }, "files[0].content is no hex"],
		[{ content: "a!b=", encoding: "base64" }, "files[0].content is no base64"],
		[{ content: "//79", encoding: "base64" }, "files[0].content is not UTF-8 when it is decoded; files are text here"],
	] as const)
		assert.deepEqual(files([file]), { message });
	assert.ok("message" in files([]));
});

test("a compiler's file gets the extension that it goes by; an interpreter's keeps its name", () => {
	const entryOf = (name: string, language: string) => {
		const read = files([{ name, content: "" }], language);
		return "entry" in read ? read.entry : read.message;
	};
	assert.equal(entryOf("test", "c"), "test.c");
	assert.equal(entryOf("my.code", "rust"), "my.code.rs");
	assert.equal(entryOf("main.cc", "cpp"), "main.cc");
	assert.equal(entryOf("my_cool_code", "python"), "my_cool_code");
});

test("time and processor time go to the sandbox, the rest is watched, and -1 or 0 is no limit", () => {
	assert.deepEqual(limits({ run_timeout: 3_000, run_cpu_time: 2_500.7, run_memory_limit: 64_000_000, compile_timeout: 10_000 }), {
		requested: { totalWallMs: 3_000, idleWallMs: 3_000, cpuMs: 2_500 },
		watched: {
			compileWallMs: 10_000,
			compileCpuMs: undefined,
			compileMemoryBytes: undefined,
			runMemoryBytes: 64_000_000,
			outputBytes: 1_048_576,
		},
	});
	assert.deepEqual(limits({ run_memory_limit: -1, compile_memory_limit: -1, run_timeout: 0 }), limits({}));
});

test("a limit above the operator's, below nothing, or too small to be kept is refused", () => {
	for (const [fields, message] of [
		[{ run_timeout: config.idleWallMs + 1 }, `run_timeout cannot exceed the configured limit of ${config.idleWallMs}`],
		[{ compile_timeout: 30_001 }, "compile_timeout cannot exceed the configured limit of 30000"],
		[{ run_cpu_time: 60_001 }, "run_cpu_time cannot exceed the configured limit of 60000"],
		[{ run_memory_limit: 268_435_457 }, "run_memory_limit cannot exceed the configured limit of 268435456"],
		[{ run_timeout: -1 }, "run_timeout must be non-negative"],
		[{ run_memory_limit: -2 }, "run_memory_limit must be non-negative"],
		[{ compile_cpu_time: 99 }, "compile_cpu_time must be at least 100"],
	] as const)
		assert.deepEqual(limits(fields), { message });
});

test("a language's own memory is its limit, and an interactive run may be as long as the operator lets one be", () => {
	assert.ok("requested" in limits({ run_memory_limit: 536_870_912 }, "java"));
	assert.ok("requested" in limits({ run_timeout: config.totalWallMs }, "python", true));
	assert.ok("message" in limits({ run_timeout: config.totalWallMs + 1 }, "python", true));
});
