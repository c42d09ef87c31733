import type { QuickJSAsyncContext, QuickJSHandle } from "quickjs-emscripten-core";

type Evaluated = Awaited<ReturnType<QuickJSAsyncContext["evalCodeAsync"]>>;

/**
 * The event loop around one script: jobs first, then the timer that is due. Jobs and timers may wait for the keyboard, so both are
 * entered by a call that may be unwound; the library's own `executePendingJobs` may not.
 */

export interface Loop {
	readonly context: QuickJSAsyncContext;
	/** What the prelude gave back: `turn`, `describe`, `exitCode`. */
	readonly kit: QuickJSHandle;
	readonly print: (text: string) => void;
}

/** Node's exit code for a top-level await that nothing will ever settle. */
const neverSettledCode = 13;

/** The library's insides that a waiting job takes. */
interface RuntimeInsides {
	readonly rt: { readonly value: number };
	/** Emscripten's: with `async` it awaits a call that was unwound; the library's own wrapper for jobs does not. */
	readonly module: {
		cwrap(name: string, result: "number", given: "number"[], options: { async: true }): (...given: number[]) => Promise<number>;
	};
	readonly memory: { newMutablePointerArray(length: number): { readonly value: { readonly ptr: number }; dispose(): void } };
}

async function runJob({ context }: Loop): Promise<void> {
	const { rt, module, memory } = context.runtime as unknown as RuntimeInsides;
	const contextOut = memory.newMutablePointerArray(1);
	const execute = module.cwrap("QTS_ExecutePendingJob", "number", ["number", "number", "number"], { async: true });
	await execute(rt.value, 1, contextOut.value.ptr);
	contextOut.dispose();
}

function describe({ context, kit }: Loop, error: QuickJSHandle): string {
	const name = context.getProp(kit, "describe");
	const told = context.callFunction(name, context.undefined, error);
	return told.error ? "an error that cannot be shown" : context.getString(told.value);
}

function fail(loop: Loop, error: QuickJSHandle): number {
	loop.print(`Uncaught ${describe(loop, error)}\n`);
	return 1;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs what the module left behind until nothing is left. Resolves with the exit code. */
export async function finishModule(loop: Loop, evaluated: Evaluated): Promise<number> {
	const { context, kit } = loop;
	if (evaluated.error) return fail(loop, evaluated.error);
	for (;;) {
		while (context.runtime.hasPendingJob()) await runJob(loop);
		const state = context.getPromiseState(evaluated.value);
		if (state.type === "rejected") return fail(loop, state.error);
		const turned = await context.evalCodeAsync('globalThis[Symbol.for("sandglass")].turn()', "<sandglass>");
		if (turned.error) return fail(loop, turned.error);
		if (context.typeof(turned.value) === "number") {
			const waitMs = context.getNumber(turned.value);
			if (waitMs > 0) await pause(waitMs);
		} else if (!context.runtime.hasPendingJob()) {
			if (state.type === "pending") {
				loop.print("The top-level await is never settled.\n");
				return neverSettledCode;
			}
			const code = context.getProp(kit, "exitCode");
			const result = context.callFunction(code, context.undefined);
			return result.error ? 0 : context.getNumber(result.value) & 255;
		}
	}
}
