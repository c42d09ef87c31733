import { withoutDebug } from "./module-sections.ts";

/**
 * Prints a compiled module instead of running it, for the tier `browser`:  deno run … print-module.js MODULE
 *
 * What a debugger would want is left out, the rest is compressed: a program's output has a limit, and this is one.
 */

const [path] = Deno.args;
if (path === undefined) throw new Error("it takes a module");
const module = withoutDebug(Deno.readFileSync(path));
const packed = new Uint8Array(await new Response(new Blob([module]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
for (let at = 0; at < packed.length; ) at += Deno.stdout.writeSync(packed.subarray(at));
