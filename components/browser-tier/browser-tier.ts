import { maxModuleBytes } from "../../protocol/modules.ts";
import type { LocalProgram, LocalRun, LocalRunEvents, LocalTier } from "../session/local-runner.ts";
import { BrowserRun } from "./browser-run.ts";
import { unpackModule } from "./module-bytes.ts";
import { fetchRuntime, type RuntimeBytes, type RuntimeManifest, readManifest } from "./runtime-manifest.ts";
import { SandboxFrame } from "./sandbox-frame.ts";
import type { RuntimeKind } from "./wire.ts";

/**
 * The tier `browser`: programs run in a worker of the reader's own browser and no server sees them. Each run has a frame, an origin and
 * an interpreter of its own; while the reader types the next one is made ready.
 */

/** What runs which language, and where it begins when the program names no file. */
const runtimes: Readonly<Record<string, { readonly kind: RuntimeKind; readonly name: string; readonly fileName: string }>> = {
	python: { kind: "python", name: "Python", fileName: "main.py" },
	javascript: { kind: "javascript", name: "JavaScript", fileName: "main.js" },
	c: { kind: "module", name: "the compiled program", fileName: "main.c" },
	cpp: { kind: "module", name: "the compiled program", fileName: "main.cpp" },
};

class BrowserTier implements LocalTier {
	readonly #manifest: RuntimeManifest;
	readonly #bytes = new Map<RuntimeKind, RuntimeBytes>();
	#warm: { readonly kind: RuntimeKind; readonly frame: SandboxFrame } | null = null;
	#isClosed = false;

	constructor(manifest: RuntimeManifest) {
		this.#manifest = manifest;
	}

	run({ request, module: packed }: LocalProgram, events: LocalRunEvents): LocalRun {
		const runtime = runtimes[request.language];
		if (runtime === undefined) throw new Error(`${request.language} does not run in a browser`);
		const { kind, name, fileName } = runtime;
		const fetching = new AbortController();
		const first = request.files.find((file) => file.name === (request.entry ?? fileName)) ?? request.files[0];
		const run = new BrowserRun({
			request,
			kind,
			entry: first?.name ?? fileName,
			events,
			now: () => performance.now(),
			onEnd: () => {
				fetching.abort();
				this.#prepare(kind);
			},
		});
		const load = async (): Promise<void> => {
			const warm = this.#takeWarm(kind);
			if (warm === null && !this.#bytes.has(kind)) {
				const bytes = await fetchRuntime(this.#manifest, kind, fetching.signal, (share) => events.onProgress(name, share));
				this.#bytes.set(kind, bytes);
			}
			events.onProgress(name, null);
			const bytes = this.#bytes.get(kind);
			const module = packed === null ? null : await unpackModule(packed, maxModuleBytes);
			if (warm !== null) run.use(warm, module);
			else if (bytes !== undefined && !fetching.signal.aborted) run.use(new SandboxFrame(this.#manifest, bytes), module);
		};
		load().catch((error: unknown) => {
			if (!fetching.signal.aborted) console.info("The runtime could not be had, or not the module.", error);
			run.giveUp("browserUnloaded");
		});
		return run;
	}

	close(): void {
		this.#isClosed = true;
		this.#warm?.frame.remove();
		this.#warm = null;
	}

	#takeWarm(kind: RuntimeKind): SandboxFrame | null {
		const warm = this.#warm;
		this.#warm = null;
		if (warm === null) return null;
		if (warm.kind === kind && !warm.frame.isBroken) return warm.frame;
		warm.frame.remove();
		return null;
	}

	#prepare(kind: RuntimeKind): void {
		const bytes = this.#bytes.get(kind);
		if (this.#isClosed || bytes === undefined || this.#warm !== null) return;
		this.#warm = { kind, frame: new SandboxFrame(this.#manifest, bytes) };
	}
}

/** @throws when the page was built without the runtimes. */
export function createBrowserTier(): LocalTier {
	return new BrowserTier(readManifest(process.env.BROWSER_RUNTIME));
}
