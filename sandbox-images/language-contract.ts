import assert from "node:assert/strict";
import { basename } from "node:path/posix";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { ensureImages, type ImageReferences } from "../setup/images.ts";
import { ContractSandbox, type Program } from "./contract-sandbox.ts";
import { takeCensus } from "./image-census.ts";

/** What every language must do, in its real image, under the limits and the system-call filter of the product. One call a language. */

interface Expectations {
	/** Default: `--version`. What the compiler, else the first word of `run`, is asked. */
	readonly versionArguments?: readonly string[];
	/** A program that is refused, and what the compiler or interpreter says of it: file and line among it. */
	readonly faulty: { readonly content: string; readonly says: RegExp };
	/** A program of several files, each of which is needed; it prints `together`. Its entry is the first. */
	readonly severalFiles: Program["files"];
	/** Default: none. Shells that the language is or cannot do without. */
	readonly shells?: readonly string[];
}

export interface LanguageExpectations extends Expectations {
	readonly id: string;
	/** By version: where one that is made of other parts keeps the contract in its own way. */
	readonly versions?: Readonly<Record<string, Partial<Expectations>>>;
}

/** Of "deno-2.9", where the name of what it is comes first: "2.9". */
const numberOf = (version: string): string => version.replace(/^\D*-/, "");

const shells = ["sh", "bash", "dash", "busybox", "zsh", "ksh", "csh", "tcsh", "ash", "rbash"];
const forbidden = [
	...["apt", "apt-get", "apt-cache", "dpkg", "dpkg-deb", "pip", "pip3", "npm", "npx", "gem", "cargo", "rpm", "apk"],
	...[
		"curl",
		"wget",
		"nc",
		"netcat",
		"ncat",
		"ssh",
		"scp",
		"sftp",
		"ftp",
		"telnet",
		"ip",
		"ifconfig",
		"ping",
		"ss",
		"netstat",
		"dig",
		"nslookup",
	],
	...[
		"openssl",
		"socat",
		"nmap",
		"rsync",
		"su",
		"sudo",
		"mount",
		"umount",
		"unshare",
		"nsenter",
		"chroot",
		"passwd",
		"perl",
		"gdb",
		"strace",
	],
];

const catalogue = await readCatalogue(fileURLToPath(new URL(".", import.meta.url)));

export function languageContract(language: LanguageExpectations): void {
	let images: ImageReferences;
	before(async () => {
		const { engine } = await import("./contract-sandbox.ts");
		const progress = (line: string) => void process.stderr.write(`${line}\n`);
		images = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress, languages: [language.id] });
	});
	for (const toolchain of catalogue.toolchains.filter((it) => it.language.id === language.id && !it.isForBrowsers)) {
		const { version } = toolchain;
		const expected: Expectations = { ...language, ...language.versions?.[version.version] };
		const imageOf = () => images[toolchain.key] ?? assert.fail(`no image of ${toolchain.key}`);
		const alone = (content: string): Pick<Program, "files" | "entry"> => ({
			files: [{ name: toolchain.language.fileName, content }],
			entry: toolchain.language.fileName,
		});
		describe(`${toolchain.language.name} ${version.version}`, () => {
			let sandbox: ContractSandbox;
			before(async () => {
				sandbox = await ContractSandbox.start(toolchain, imageOf());
			});
			after(() => sandbox.destroy());

			test("is the version that language.json says", async () => {
				const [program] = toolchain.compile ?? toolchain.run;
				const ask = { ...toolchain, compile: undefined, run: [program ?? "", ...(expected.versionArguments ?? ["--version"])] };
				const { stdout, stderr } = await sandbox.run({ ...alone("x"), mode: "pipes" }, ask);
				assert.match(stdout + stderr, new RegExp(`(^|[^\\d.])${numberOf(version.version).replaceAll(".", "\\.")}([^\\d]|$)`, "m"));
			});

			for (const example of version.examples.filter((it) => !it.isInteractive)) {
				test(`the example ${example.file} runs and says something`, async (context) => {
					const files = [{ name: example.file, content: example.content }];
					const ending = await sandbox.run({ files, entry: example.file, mode: "pty" });
					assert.deepEqual(ending.outcome, { kind: "exited", code: 0 }, ending.stdout);
					assert.ok(ending.stdout.trim().split("\n").length > 1, ending.stdout);
					const memoryMiB = Math.round(ending.peakMemoryBytes / 1_048_576);
					context.diagnostic(
						`compile ${ending.compileMs?.toFixed(0) ?? "-"} ms, run ${ending.runMs?.toFixed(0)} ms, peak ${memoryMiB} MiB`,
					);
				});
			}

			for (const example of version.examples.filter((it) => it.isInteractive)) {
				for (const mode of ["pty", "pipes"] as const) {
					test(`the example ${example.file} shows its prompt, then waits, then greets (${mode})`, async () => {
						const files = [{ name: example.file, content: example.content }];
						const dialogue = [{ after: "What is your name? ", type: "Ada\n" }];
						const ending = await sandbox.run({ files, entry: example.file, mode, dialogue });
						assert.deepEqual(ending.outcome, { kind: "exited", code: 0 }, ending.stdout + ending.stderr);
						assert.match(ending.stdout, /Hello, Ada!/);
					});
				}
			}

			test("a program that is wrong is refused with its file and line", async () => {
				const ending = await sandbox.run({ ...alone(expected.faulty.content), mode: "pipes" });
				const refusal = toolchain.compile === undefined ? { kind: "exited" } : { kind: "compileFailed" };
				assert.equal(ending.outcome.kind, refusal.kind);
				assert.ok("code" in ending.outcome && ending.outcome.code !== 0);
				assert.match(ending.stdout + ending.stderr, expected.faulty.says);
			});

			test("a program of several files runs", async () => {
				const files = expected.severalFiles;
				const ending = await sandbox.run({ files, entry: files[0]?.name ?? "", mode: "pipes" });
				assert.deepEqual(ending.outcome, { kind: "exited", code: 0 }, ending.stdout + ending.stderr);
				assert.equal(ending.stdout, "together\n");
			});

			test("its image holds no setuid file, package manager, network tool, or shell that it can do without", async (context) => {
				const census = await takeCensus(imageOf());
				context.diagnostic(`${Math.round(census.sizeBytes / 1_000_000)} MB, ${census.entries.length} files`);
				assert.ok(census.entries.length > 100, "the census saw nothing");
				assert.ok(census.entries.some((it) => it.path === (toolchain.compile ?? toolchain.run)[0]));
				assert.deepEqual(
					census.entries.filter((it) => /[sS]/.test(it.mode.slice(1))),
					[],
				);
				assert.equal(census.hasFileCapabilities, false);
				const unwanted = new Set([...forbidden, ...shells.filter((it) => !expected.shells?.includes(it))]);
				const programs = census.entries.filter((it) => /^.[rwx-]*x/.test(it.mode) && !it.mode.startsWith("d") && /\/s?bin\//.test(it.path));
				assert.deepEqual(
					programs.filter((it) => unwanted.has(basename(it.path))).map((it) => it.path),
					[],
				);
				assert.deepEqual(
					census.entries.filter((it) => /^\/(var\/lib\/dpkg|usr\/lib\/apt|etc\/apt|etc\/shadow)/.test(it.path)),
					[],
				);
			});
		});
	}
}
