import programRunner from "program-runner.txt";
import { composeProgram, runnerName } from "./compose.js";
import { readProgram } from "./read-program.js";

/**
 * The worker that takes runs from isolate-run (isolate-run.c) and loads each as an isolate that nothing else shares: new globals, no
 * bindings, no way out. When the connection of a run ends, whoever ends it, workerd cancels the request, and with it every timer and
 * promise of that isolate. It is the only code here that holds the loader, and no program is in its isolate.
 */

/** What a program of today would be deployed with. Moves with the pinned workerd, never by itself. */
const compatibilityDate = "2026-11-17";

/** Node's modules are off: they make an isolate twice as slow to make, and a wall less simple. */
const compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"];

/** The status with which program-runner.js says that a module does not compile or link. */
const notUnderstood = 422;

let isWarm = false;

export default {
	async fetch(request, env) {
		if (request.method === "GET") {
			if (!isWarm) await warmUp(env.LOADER);
			isWarm = true;
			return new Response(null, { status: 204 });
		}
		try {
			const program = await readProgram(request);
			const modules = composeProgram(program);
			const status = await run(env.LOADER, modules, program, restOf(request));
			if (status === notUnderstood) await explain(env.LOADER, modules, program);
		} catch (error) {
			tell(error);
		}
		return new Response(null, { status: 204 });
	},
};

async function run(loader, modules, { entry, programArguments, isQuiet }, input) {
	const stub = loader.load({
		compatibilityDate,
		compatibilityFlags,
		mainModule: runnerName,
		modules: { [runnerName]: programRunner, ...modules.files },
		env: { entry, programArguments, isScript: modules.isScript, isQuiet: isQuiet ?? false },
		globalOutbound: null,
	});
	const response = await stub.getEntrypoint().fetch("http://program/", { method: "POST", body: input });
	return response.status;
}

/** Has what V8 refused refused once more, as a worker's own first module: only then does workerd say in which line. Nothing of it runs. */
async function explain(loader, modules, { entry }) {
	const code = { compatibilityDate, compatibilityFlags, mainModule: entry, modules: modules.files, env: {}, globalOutbound: null };
	await loader.load(code).getEntrypoint().fetch("http://program/");
	throw new SyntaxError("Uncaught SyntaxError");
}

/** What is left of the request after the program's files: the program's input. A body that was read from cannot be sent on as it is. */
function restOf(request) {
	const { readable, writable } = new IdentityTransformStream();
	// It breaks off when the program ends before its input does.
	request.body.pipeTo(writable).catch(() => undefined);
	return readable;
}

/** What the loader itself refuses (a module that does not compile or is not there) ends the run as a program's own error would. */
function tell(error) {
	const text = String(error?.message ?? error)
		.replace(/^Failed to start Worker:\n/, "")
		.replaceAll("file:///bundle/", "");
	console.log(`e${JSON.stringify(`${text}\n`)}`);
	console.log("x1");
}

/** The first of everything is slow; it happens before the first READY instead of in the first run. */
async function warmUp(loader) {
	const files = [{ name: "main.ts", content: 'import { two } from "./two.ts";\nconst one: number = await two;\nconsole.log(one);\n' }];
	const second = { name: "two.ts", content: "export const two: Promise<number> = Promise.resolve(2);\n" };
	const program = { entry: "main.ts", programArguments: [], files: [...files, second], isQuiet: true };
	for (let round = 0; round < 3; round++) await run(loader, composeProgram(program), program, new Blob([]).stream());
}
