import type { Config } from "../server/config.ts";
import type { Toolchain } from "../server/languages/catalogue.ts";
import { planRun, type RunPlan } from "../server/runner/run-plan.ts";
import type { NativeProgram } from "./native/native-side.ts";
import { plainCommands } from "./native/plain-commands.ts";

/**
 * The programs that are timed. Environment and commands come from the runner's own plan, so that both sides start the very same thing; only where there is
 * a compile step does the native side do what a person would type.
 */

export interface BenchProgram {
	readonly toolchain: Toolchain;
	readonly fileName: string;
	readonly content: string;
	readonly mode: "pty" | "pipes";
	readonly plan: RunPlan;
}

const hello: Readonly<Record<string, string>> = {
	bash: "echo hello\n",
	c: '#include <stdio.h>\n\nint main(void)\n{\n\tputs("hello");\n\treturn 0;\n}\n',
	cpp: '#include <iostream>\n\nint main()\n{\n\tstd::cout << "hello" << std::endl;\n}\n',
	go: 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("hello")\n}\n',
	java: 'public class Main {\n\tpublic static void main(String[] arguments) {\n\t\tSystem.out.println("hello");\n\t}\n}\n',
	javascript: 'console.log("hello");\n',
	python: 'print("hello")\n',
	ruby: 'puts "hello"\n',
	rust: 'fn main() {\n    println!("hello");\n}\n',
	typescript: 'const word: string = "hello";\nconsole.log(word);\n',
};

/** Says that it is there, then takes input and answers nothing: what comes back is the terminal's own echo. */
export const listeningProgram = 'import sys\nprint("ready", flush=True)\nfor line in sys.stdin:\n    pass\n';

/** After so many keys a new line: a terminal in line mode takes no more than 4,095 bytes a line (termios(3)). */
export const keysPerLine = 60;

/** @param content default: "hello" in the language, or, where this file knows none, the language's first example. */
export function benchProgram(settings: Config, toolchain: Toolchain, mode: "pty" | "pipes", content?: string): BenchProgram {
	const { id, fileName, examples } = toolchain.language;
	const source = content ?? hello[id] ?? examples[0]?.content ?? "";
	const request = {
		type: "run" as const,
		files: [{ name: fileName, content: source }],
		entry: fileName,
		arguments: [],
		mode,
		columns: 80,
		rows: 24,
		limits: {},
	};
	const plan = planRun(request, toolchain, settings);
	if (typeof plan === "string") throw new Error(`The bench's own program for ${id} was refused: ${plan}.`);
	return { toolchain, fileName, content: source, mode, plan };
}

export function nativeProgram({ toolchain, fileName, content, plan }: BenchProgram): NativeProgram {
	if (plan.compile === null) return { fileName, content, steps: [plan.run.argv] };
	const plain = toolchain.tiers.includes("container") ? plainCommands[toolchain.language.id] : undefined;
	return { fileName, content, steps: plain ?? [plan.compile.argv, plan.run.argv] };
}

/** The same program as an argument vector that needs no file, for containers that nothing is written into. Python only. */
export function argumentsOnly({ plan, content }: BenchProgram): [string, ...string[]] {
	const [interpreter = "", ...options] = plan.run.argv.slice(0, -1);
	return [interpreter, ...options, "-c", content];
}
