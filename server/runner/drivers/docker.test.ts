import { containersOf, engine, offer, seccompProfile } from "../testing/rig.ts";
import { testDriver } from "./contract.ts";
import { DockerDriver } from "./docker.ts";

testDriver("docker", {
	driver: (instance) => new DockerDriver(engine, instance, seccompProfile()),
	async spec() {
		const [python] = await offer("python");
		if (python === undefined) throw new Error("unreachable");
		return {
			image: python.image,
			label: "python@contract",
			memoryBytes: 134_217_728,
			processes: 64,
			cpuCores: 1,
			workspaceBytes: 4_194_304,
			workspaceInodes: 512,
			openFiles: 256,
		};
	},
	count: async (instance) => (await containersOf(instance)).length,
});
