import type Docker from "dockerode";
import type { Logger } from "pino";
import { type ServerTierId, tierTable } from "../../../protocol/tiers.ts";
import type { Config } from "../../config.ts";
import type { SandboxDriver } from "./driver.ts";
import { drivers } from "./index.ts";
import { findOci } from "./oci/find-oci.ts";
import { RoutedDriver } from "./routed-driver.ts";
import type { Shapes } from "./shapes.ts";

/** Tiers whose sandbox is a plain container, which an OCI runtime can be asked for straight. */
export const straightTiers: readonly ServerTierId[] = ["container", "deno", "isolate", "wasm"];

export interface DriverChoice {
	readonly docker: Docker;
	readonly config: Pick<Config, "driver" | "instance" | "stateDir" | "runDir" | "ociRuntime">;
	readonly shapes: Shapes;
	readonly log: Logger;
}

/** The operator wants the straight way and no other, and this machine has none. */
export class NoStraightWay extends Error {}

/** @throws NoStraightWay with what was tried, where the setting leaves no other way */
export async function chooseDriver({ docker, config, shapes, log }: DriverChoice): Promise<SandboxDriver> {
	const engine = drivers.docker(docker, config.instance, shapes);
	if (config.driver === "docker") return engine;
	const { driver, notes } = await findOci({ docker, config, shapes, onNotice: (notice) => log.warn({ notice }, "an unpacked image") });
	for (const note of notes) log.info({ note }, "the straight way to sandboxes");
	if (driver === null) {
		if (config.driver === "oci") throw new NoStraightWay(`SANDGLASS_DRIVER=oci cannot be had on this machine: ${notes.join("; ")}`);
		log.warn("containers are made by the engine, for an OCI runtime cannot be called straight here");
		return engine;
	}
	const names = straightTiers.map((tier) => tierTable[tier].name).join(", ");
	log.info({ tiers: names }, "these isolations are made without the engine");
	return new RoutedDriver({
		straight: driver,
		engine,
		straightTiers,
		onNotice: (notice, error) => log.error({ err: error }, notice),
	});
}
