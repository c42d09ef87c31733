import assert from "node:assert/strict";
import { canary } from "./14-agent.ts";
import { patientLimits, programRun, readProgram, readReport } from "./arena.ts";
import type { Ground } from "./ground.ts";
import type { ProgramTier } from "./tiers.ts";

/** Rows 34 and 41: what a language lends to whoever wants to act before, around or beneath a program. */

type Client = Awaited<ReturnType<Ground["arena"]["connect"]>>;

async function runFile(client: Client, tier: ProgramTier, language: string, program: string, files: Record<string, string> = {}) {
	const fileName = `main.${program.split(".").at(-1)}`;
	const all = { [fileName]: readProgram(program), ...files };
	const run = client.run({
		language,
		tier,
		files: Object.entries(all).map(([name, content]) => ({ name, content })),
		mode: "pipes",
		limits: patientLimits,
	});
	const { outcome } = await run.exit;
	return { outcome, text: run.text };
}

const ran = { kind: "exited", code: 0 };

export function attackLanguages({ arena, tier, test }: Ground<ProgramTier>): void {
	test(`ATTACKS.md 34 in ${tier}: what a Python program plants before programs acts on its own children, and on no later run`, async () => {
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				const planting = await runFile(attacker, tier, "python", "plant-python.py");
				assert.deepEqual(planting.outcome, ran, planting.text);
				assert.match(planting.text, /^refused:( (Permission_denied|Read-only_file_system|No_such_file_or_directory)){6}$/m);
				// The control: within its run it acts.
				assert.match(planting.text, /^child: planted$/m);
				const next = await runFile(attacker, tier, "python", "find-planted.py");
				assert.equal(
					next.text,
					"json: python3/json/__init__.py\ncustomised: []\nenvironment: ['PYTHONDONTWRITEBYTECODE']\nhome: ['main.py']\npreloaded: False\n",
				);
				// A file named like the standard library is the reader's own wish, for that run.
				const named = await runFile(attacker, tier, "python", "find-planted.py", { "json.py": "print('mine')\n" });
				assert.match(named.text, /^mine\njson: \/workspace\/json\.py\n/);
				assert.match((await runFile(attacker, tier, "python", "find-planted.py")).text, /^json: python3\/json/);
			});
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 34 in ${tier}: LD_PRELOAD acts on what a C program starts, and neither on the compiler nor on a program of the next run`, async () => {
		const attacker = await arena.connect();
		try {
			const planting = await runFile(attacker, tier, "c", "preload.c");
			assert.deepEqual(planting.outcome, ran, planting.text);
			assert.equal(planting.text, "global: refused\npreloaded\nagain\n");
			// A compiler under that library would print what it prints.
			const run = attacker.run({
				language: "c",
				tier,
				files: [{ name: "main.c", content: '#include <stdio.h>\nint main(void) { puts("plain"); return 0; }\n' }],
				mode: "pipes",
				limits: patientLimits,
			});
			assert.deepEqual((await run.exit).outcome, ran, run.text);
			assert.equal(run.text, "plain\n");
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 34 in ${tier}: a file's name is no compiler's option, and what a compiler can include is the sandbox's own`, async () => {
		const attacker = await arena.connect();
		const content =
			'#include <stdio.h>\nint main(void) {\n#ifdef INJECTED\nputs("injected");\n#else\nputs("plain");\n#endif\nreturn 0; }\n';
		const compile = async (files: Record<string, string>) => {
			const run = attacker.run({
				language: "c",
				tier,
				files: Object.entries(files).map(([name, text]) => ({ name, content: text })),
				entry: Object.keys(files)[0],
				mode: "pipes",
				limits: patientLimits,
			});
			const { outcome } = await run.exit;
			return { outcome, text: run.text };
		};
		try {
			for (const name of ["-DINJECTED.c", "-include inject.c", "@options.c", "-specs=options.c", "-wrapper,x.c"]) {
				const { text } = await compile({ "main.c": content, [name]: "", "options.c": "-DINJECTED\n", "inject.c": "#define INJECTED\n" });
				assert.ok(!text.includes("injected"), `${name}: ${text}`);
			}
			// The control: an option that is one acts.
			assert.equal((await compile({ "main.c": `#define INJECTED\n${content}` })).text, "injected\n");
			for (const path of ["/proc/1/environ", "/proc/1/mem", "/etc/shadow", "/proc/1/fd/0"]) {
				const { outcome, text } = await compile({ "main.c": `__asm__(".incbin \\"${path}\\"");\nint main(void) { return 0; }\n` });
				// gVisor lets anybody read the agent's environment, in which there is nothing (row 33).
				if (!(tier === "gvisor" && path === "/proc/1/environ")) assert.equal(outcome.kind, "compileFailed", `${path}: ${text}`);
			}
			const own = await compile({
				"main.c":
					'#include <stdio.h>\n__asm__(".section .rodata\\nfirst: .incbin \\"/proc/self/environ\\"\\nlast: .byte 0\\n.text");\nextern const char first[], last[];\nint main(void) { fwrite(first, 1, (size_t)(last - first), stdout); return 0; }\n',
			});
			assert.ok(!own.text.includes(canary), own.text);
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 34 in ${tier}: NODE_OPTIONS, package.json and modules of one run of Node act on its own children, and on no later run`, async () => {
		const attacker = await arena.connect();
		try {
			const planting = await runFile(attacker, tier, "javascript", "plant-node.js");
			assert.deepEqual(planting.outcome, ran, planting.text);
			assert.match(planting.text, /^(refused (EROFS|EACCES|ENOENT)\n){3}child: planted ran\n$/);
			const next = await runFile(attacker, tier, "javascript", "find-planted.js");
			assert.equal(next.text, "variables: none\nflags: none\nhere: main.js\nmodule: function\n");
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 41 in ${tier}: every way out of a Python within Python is open and leads into the same process, which holds nothing`, async () => {
		const { run, exit } = await arena.attack({ tier, run: programRun("in-process.py") });
		assert.deepEqual(exit.outcome, ran, run.text);
		const report = readReport(run.text);
		for (const way of ["quitter", "subclasses", "loader", "builtins", "frames", "collector"])
			assert.equal(report.get(way), "True denied", way);
		assert.equal(report.get("user"), "1000 1000 (1000, 1000, 1000)");
		assert.equal(report.get("modules of a server"), "[]");
		assert.match(report.get("variables") ?? "", /^((HOME|LANG|LC_CTYPE|NO_COLOR|PATH|PYTHONDONTWRITEBYTECODE|TERM|COLUMNS|LINES) ?)+$/);
	});

	test(`ATTACKS.md 41 in ${tier}: constructor.constructor and node:vm lead out of a context into the same process, which holds nothing`, async () => {
		const content = [
			'const vm = require("node:vm");',
			"const outside = vm.runInNewContext(\"this.constructor.constructor('return process')()\", {});",
			"console.log('same =', outside === process);",
			"console.log('user =', outside.getuid(), outside.geteuid());",
			"console.log('variables =', Object.keys(outside.env).sort().join(' '));",
			"try { outside.kill(1, 'SIGKILL'); console.log('killed') } catch (error) { console.log('kill =', error.code) }",
			"try { console.log(outside.binding('spawn_sync') && 'child =', outside.mainModule.require('node:child_process').execFileSync('/proc/self/exe', ['-p', 'process.getuid()']).toString().trim()) } catch (error) { console.log('child =', error.code) }",
		].join("\n");
		const run = { language: "javascript", tier, files: [{ name: "main.js", content }], mode: "pipes" as const };
		const { run: done } = await arena.attack({ tier, run });
		const report = readReport(done.text);
		assert.equal(report.get("same"), "true", done.text);
		assert.equal(report.get("user"), "1000 1000");
		assert.equal(report.get("kill"), "EPERM");
		assert.match(report.get("child") ?? "", /^(1000|EACCES|ENOENT)$/);
		assert.match(report.get("variables") ?? "", /^((HOME|LANG|NO_COLOR|PATH|TERM|COLUMNS|LINES) ?)+$/);
	});
}
