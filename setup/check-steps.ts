import type { Step } from "./step.ts";

const bin = (name: string): string => `node_modules/.bin/${name}`;

const sources = ["proxy.ts", "app", "components", "protocol", "server", "setup", "bench", "soak", "cli", "e2e", "embed", "sandbox-images"];

/** Format, lint, types, import walls, unused code. */
export const checkSteps: readonly Step[] = [
	{ name: "format and lint (biome)", command: [bin("biome"), "check", "--error-on-warnings", "."] },
	{ name: "types (tsc)", command: [bin("tsc"), "--noEmit", "-p", "."] },
	{ name: "import walls (dependency-cruiser)", command: [bin("depcruise"), "--output-type", "err", ...sources] },
	{ name: "unused code (knip)", command: [bin("knip"), "--no-progress"] },
];
