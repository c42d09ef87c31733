import { instanceLabel } from "../server/runner/drivers/docker-container.ts";
import { type Bench, pythonOf } from "./bench.ts";
import { type BenchServer, startBenchServer } from "./bench-server.ts";
import type { DriverName } from "./driver-name.ts";
import { DoorPlace } from "./sides/door-place.ts";

/**
 * What makes the sandboxes of the container tier. The environment's SANDGLASS_DRIVER says it to both servers of the bench, as to any other; here is found out
 * what came of it, and a server with the plain `docker` driver is had as a rival of any other.
 */

/** Told by what the engine lists while a sandbox of that server is held. */
export async function driverOf(bench: Pick<Bench, "catalogue">, server: BenchServer): Promise<DriverName> {
	const place = new DoorPlace(server.socketPath, pythonOf(bench));
	try {
		await place.claimed;
		const label = [`${instanceLabel}=${server.process.instance}`, "sandglass.tier=container"];
		return (await server.process.engine.listContainers({ filters: { label } })).length > 0 ? "docker" : "oci";
	} finally {
		await place.close();
		await server.untilIdle();
	}
}

/** Lets `use` have a server whose sandboxes the `docker` driver makes; null, and told, where those of the bench are made by it anyway. */
export async function withDockerDriver<T>(bench: Bench, poolSize: number, use: (server: BenchServer | null) => Promise<T>): Promise<T> {
	if (bench.driver === "docker") {
		bench.say("the driver is docker already: it is no rival of its own");
		return use(null);
	}
	const server = await startBenchServer({
		config: bench.config,
		languages: [pythonOf(bench).language.id],
		poolSize,
		tiers: ["container"],
		env: { SANDGLASS_DRIVER: "docker", SANDGLASS_POOL_CEILING: String(poolSize * bench.catalogue.toolchains.length) },
	});
	try {
		await server.untilIdle();
		return await use(server);
	} finally {
		await server.close();
	}
}
