import type Docker from "dockerode";
import { DockerDriver } from "./docker.ts";
import type { SandboxDriver } from "./driver.ts";
import type { Shapes } from "./shapes.ts";

/** Every isolation that can be offered. A new driver is a file beside this one and a line here. */
export const drivers = {
	docker: (docker: Docker, instance: string, shapes: Shapes): SandboxDriver => new DockerDriver(docker, instance, shapes),
} as const;
