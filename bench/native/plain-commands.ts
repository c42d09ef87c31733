import type { NativeProgram } from "./native-side.ts";

/**
 * What a person types to compile and run one file, by language: the rival of a run with a compile step, so that a quicker compile command of ours shows.
 * Language edition and warnings are those of language.json; nothing else is asked for. Languages without a compile step are not here: their own run command
 * is already what a person types.
 *
 * Go's `-trimpath` is there because the build cache of the image was filled with it: without it nothing in the cache would fit.
 */
export const plainCommands: Readonly<Record<string, NativeProgram["steps"]>> = {
	c: [["/usr/bin/gcc", "-std=gnu17", "-O1", "-g", "-Wall", "-Wextra", "main.c", "-o", "main", "-lm"], ["/workspace/main"]],
	cpp: [["/usr/bin/g++", "-std=gnu++20", "-O1", "-Wall", "-Wextra", "main.cpp", "-o", "main"], ["/workspace/main"]],
	go: [["/usr/bin/go", "build", "-trimpath", "main.go"], ["/workspace/main"]],
	rust: [["/usr/bin/rustc", "--edition", "2021", "main.rs"], ["/workspace/main"]],
	java: [
		["/usr/bin/javac", "Main.java"],
		["/usr/bin/java", "Main"],
	],
	typescript: [
		["/usr/lib/typescript/tsc", "--ignoreConfig", "--types", "node", "--typeRoots", "/usr/lib/node_modules/@types", "main.ts"],
		["/usr/bin/node", "main.js"],
	],
};
