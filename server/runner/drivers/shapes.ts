import type Docker from "dockerode";
import type { ServerTierId } from "../../../protocol/tiers.ts";
import { containerOptions } from "./docker-container.ts";
import type { SandboxSpec } from "./driver.ts";
import { gvisorOptions } from "./gvisor-container.ts";
import { microvmContainer } from "./microvm-shape.ts";

/** How the container of each tier is made. A tier without a shape cannot be created. */

export type Shape = (spec: SandboxSpec, name: string, instance: string) => Docker.ContainerCreateOptions;
export type Shapes = Readonly<Partial<Record<ServerTierId, Shape>>>;

/** The engine's name for the runtime behind a tier; undefined: the engine's default. Absent: there is none, and no shape. */
export interface TierRuntimes {
	readonly container: { readonly name: string | undefined };
	readonly gvisor?: { readonly name: string };
	readonly kata?: { readonly name: string };
}

export const defaultRuntimes: TierRuntimes = { container: { name: undefined } };

/**
 * @param seccompProfile what a program may ask of a kernel
 * @param monitorProfile what the monitor of a virtual machine may; absent: there is no such tier
 */
export function tierShapes(seccompProfile: string, runtimes: TierRuntimes = defaultRuntimes, monitorProfile?: string): Shapes {
	const agentIn =
		(runtime: string | undefined): Shape =>
		(spec, name, instance) =>
			containerOptions(spec, name, instance, seccompProfile, runtime);
	const container = agentIn(runtimes.container.name);
	const { gvisor } = runtimes;
	return {
		container,
		deno: container,
		isolate: container,
		wasm: container,
		...(gvisor === undefined
			? {}
			: {
					gvisor: (spec: SandboxSpec, name: string, instance: string) => gvisorOptions(spec, name, instance, seccompProfile, gvisor.name),
				}),
		...(monitorProfile === undefined
			? {}
			: { microvm: (spec: SandboxSpec, name: string, instance: string) => microvmContainer(spec, name, instance, monitorProfile) }),
		...(runtimes.kata === undefined ? {} : { kata: agentIn(runtimes.kata.name) }),
	};
}
