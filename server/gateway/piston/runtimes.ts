import semver from "semver";
import type { PistonRuntime } from "../../../protocol/piston.ts";
import type { LanguageCatalogue, Toolchain } from "../../languages/catalogue.ts";
import type { RunnerStatus } from "../../runner/door-protocol.ts";

/**
 * The catalogue as Piston's clients know one: a runtime is a language in a version that semver can order. "3.13" is told as "3.13.0".
 *
 * A version that is another implementation ("deno-2.9", "clang-wasi-19.1") is a language of its own ("deno-javascript" 2.9.0, runtime
 * "deno"): many clients take the highest version of a language without looking at `runtime`, and would get a stranger.
 */

interface Runtime {
	readonly description: PistonRuntime;
	readonly toolchain: Toolchain;
}

const versionForm = /^(?:(?<runtime>[a-z][a-z-]*?)-)?(?<number>[0-9][0-9.-]*)$/;

/** null for a version without a number in it: no range could ask for it. */
function runtimeOf(toolchain: Toolchain): Runtime | null {
	const { id, aliases, fileName } = toolchain.language;
	const groups = versionForm.exec(toolchain.version.version)?.groups;
	const version = numberOf(groups?.number ?? "");
	if (version === null) return null;
	const { runtime } = groups ?? {};
	const extension = extensionOf(fileName);
	if (runtime === undefined) {
		const names = new Set([...aliases, extension]);
		names.delete(id);
		return { description: { language: id, version, aliases: [...names] }, toolchain };
	}
	const language = `${runtime}-${id}`;
	const alias = `${runtime}-${extension}`;
	return { description: { language, version, aliases: alias === language ? [] : [alias], runtime }, toolchain };
}

/** "3.13" → "3.13.0", "2026-11-17" → "2026.11.17"; null where there are more than three numbers. */
function numberOf(text: string): string | null {
	const parts = text.split(/[.-]/).map((part) => String(Number.parseInt(part, 10)));
	return semver.valid([...parts, "0", "0"].slice(0, Math.max(3, parts.length)).join("."));
}

function extensionOf(fileName: string): string {
	return fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase();
}

function isReady({ language, version, tiers }: Toolchain, status: RunnerStatus): boolean {
	const isDisabled = (tier: string): boolean => status.tiers.some((it) => it.tier === tier && it.state === "disabled");
	return status.languages.some(
		(it) => it.isReady && it.language === language.id && it.version === version.version && tiers.includes(it.tier) && !isDisabled(it.tier),
	);
}

export class Runtimes {
	readonly #runtimes: readonly Runtime[];

	constructor({ toolchains }: LanguageCatalogue) {
		this.#runtimes = toolchains.map(runtimeOf).filter((it) => it !== null);
	}

	/** What is installed, in Piston's word: an image is there. */
	describe(status: RunnerStatus): PistonRuntime[] {
		return this.#runtimes.filter(({ toolchain }) => isReady(toolchain, status)).map(({ description }) => description);
	}

	/**
	 * By name, alias or file-name extension, and a range; the highest version in it, but the language's own first choice for "*".
	 * The catalogue's exact word for a version ("deno-2.9") will do too. Undefined: there is none such.
	 */
	find(language: string, range: string, status: RunnerStatus | null): Runtime | undefined {
		const name = language.toLowerCase();
		const exact = this.#runtimes.find(
			({ toolchain }) =>
				toolchain.version.version === range && (toolchain.language.id === name || toolchain.language.aliases.includes(name)),
		);
		if (exact !== undefined) return exact;
		const named = this.#runtimes.filter(({ description }) => description.language === name || description.aliases.includes(name));
		if (range.trim() === "*") return named.find(({ toolchain }) => status !== null && isReady(toolchain, status)) ?? named[0];
		return named
			.filter(({ description }) => semver.satisfies(description.version, range))
			.sort((a, b) => semver.rcompare(a.description.version, b.description.version))[0];
	}
}
