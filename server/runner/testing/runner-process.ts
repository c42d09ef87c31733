import { offer, startRig } from "./rig.ts";

/** A runner in a process of its own, to be killed or to end by itself. argv: instance, then "serve" or "close", then the most output of a run in bytes. */

const [instance, what, outputBytes] = process.argv.slice(2);
if (instance === undefined) throw new Error("an instance is needed");
const rig = await startRig({
	offered: await offer("python"),
	settings: { poolSize: 2, ...(outputBytes === undefined ? {} : { outputBytes: Number(outputBytes) }) },
	instance,
});
process.stdout.write(`${rig.socketPath}\n`);
if (what === "close") await rig.close();
