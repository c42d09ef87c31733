import type { ServerTierId } from "../../../protocol/tiers.ts";
import { DriverClosed, type Sandbox, type SandboxDriver, type SandboxSpec } from "./driver.ts";

/**
 * Two drivers behind one door: the tiers of plain containers by the straight way, everything else by the engine. An image that the straight way
 * cannot have (no room to unpack it, say) is the engine's too, and the operator is told. Both ways make the same container, and each tier's posture is taken by
 * the way that its readers get.
 */
export class RoutedDriver implements SandboxDriver {
	readonly name: string;
	readonly #straight: SandboxDriver;
	readonly #engine: SandboxDriver;
	readonly #straightTiers: ReadonlySet<ServerTierId>;
	readonly #onNotice: (notice: string, error: unknown) => void;
	readonly #enginesImages = new Set<string>();

	constructor(options: {
		readonly straight: SandboxDriver;
		readonly engine: SandboxDriver;
		readonly straightTiers: readonly ServerTierId[];
		/** Told, in a sentence, of an image that goes the engine's way. */
		onNotice(notice: string, error: unknown): void;
	}) {
		this.#straight = options.straight;
		this.#engine = options.engine;
		this.#straightTiers = new Set(options.straightTiers);
		this.#onNotice = options.onNotice;
		this.name = `${options.straight.name}, ${options.engine.name}`;
	}

	async prepare(tier: ServerTierId, image: string): Promise<void> {
		if (!this.#straightTiers.has(tier) || this.#enginesImages.has(image)) return this.#engine.prepare(tier, image);
		try {
			await this.#straight.prepare(tier, image);
		} catch (error) {
			if (error instanceof DriverClosed) throw error;
			this.#enginesImages.add(image);
			this.#onNotice(`${image} cannot be started straight by the OCI runtime; the container engine starts it instead`, error);
			await this.#engine.prepare(tier, image);
		}
	}

	create(spec: SandboxSpec): Promise<Sandbox> {
		const isStraight = this.#straightTiers.has(spec.tier) && !this.#enginesImages.has(spec.image);
		return (isStraight ? this.#straight : this.#engine).create(spec);
	}

	async reap(): Promise<number> {
		const [straight, engine] = await Promise.all([this.#straight.reap(), this.#engine.reap()]);
		return straight + engine;
	}

	async ping(timeoutMs: number): Promise<void> {
		await Promise.all([this.#straight.ping(timeoutMs), this.#engine.ping(timeoutMs)]);
	}

	async close(): Promise<void> {
		await Promise.all([this.#straight.close(), this.#engine.close()]);
	}
}
