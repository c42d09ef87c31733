import { SessionClient } from "../../e2e/session-client.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { BenchProgram } from "../programs.ts";
import type { Place, RunningProgram } from "./place.ts";

/** A session at the gateway's WebSocket, as a page has one. */
export class SessionPlace implements Place {
	readonly #client: SessionClient;
	readonly #tier: ServerTierId;

	private constructor(client: SessionClient, tier: ServerTierId) {
		this.#client = client;
		this.#tier = tier;
	}

	static async open(url: string, tier: ServerTierId = "container"): Promise<SessionPlace> {
		return new SessionPlace(await SessionClient.connect({ url }), tier);
	}

	start({ toolchain, fileName, content, mode }: BenchProgram): RunningProgram {
		const run = this.#client.run({
			language: toolchain.language.id,
			version: toolchain.version.version,
			tier: this.#tier,
			files: [{ name: fileName, content }],
			mode,
		});
		const nextOutputAt = async (): Promise<number> => {
			const seen = run.chunks.length;
			await run.waitFor(() => run.chunks.length > seen, "more output", 60_000);
			return performance.now();
		};
		const first = run.waitFor(() => run.firstOutputAt !== null, "the first byte", 60_000).then(() => run.firstOutputAt ?? Number.NaN);
		const ended = run.exit.then(() => undefined);
		// Who is stopped by another failure asks for neither.
		for (const promise of [first, ended]) promise.catch(() => undefined);
		return {
			firstByteAt: first,
			nextOutputAt,
			type: (bytes) => run.type(bytes),
			stop: () => run.stop(),
			ended,
		};
	}

	close(): Promise<void> {
		return this.#client.close();
	}
}
