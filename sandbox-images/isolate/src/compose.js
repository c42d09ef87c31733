import { init, parse } from "es-module-lexer/js";
import { transform } from "sucrase";

/**
 * Makes the modules of a worker from a program's files: types stripped, and the entry of a script made a function. A module's top level may
 * neither wait nor read in workerd, since no request is there to do it for; a script's top level does both. So a script's statements become
 * the body of an async function, with every line where it was. An entry that exports something is a module as it stands: on Workers too
 * its top level must not wait.
 */

export const runnerName = ".sandglass/run.js";

await init;

/** @returns {{files: Record<string, unknown>, isScript: boolean}} what workerd's loader takes */
export function composeProgram({ entry, files }) {
	const modules = {};
	let isScript = false;
	for (const { name, content } of files) {
		if (name === runnerName) continue;
		if (!/\.([cm]?[jt]s)$/.test(name)) {
			modules[name] = dataModule(name, content);
			continue;
		}
		let source = /\.[cm]?ts$/.test(name) ? stripTypes(name, content) : content;
		if (name === entry) {
			const script = functionOf(source);
			isScript = script !== undefined;
			source = script ?? source;
		}
		modules[name] = { js: source };
	}
	return { files: modules, isScript };
}

function dataModule(name, content) {
	if (name.endsWith(".wasm")) return { wasm: content };
	if (typeof content !== "string") return { data: content };
	return name.endsWith(".json") ? { json: parseJson(name, content) } : { text: content };
}

function parseJson(name, content) {
	try {
		return JSON.parse(content);
	} catch (error) {
		throw new SyntaxError(`Uncaught SyntaxError: ${error.message}\n    at ${name}`);
	}
}

/** Lines stay where they are, so that errors name them. */
function stripTypes(name, source) {
	try {
		return transform(source, { transforms: ["typescript"], disableESTransforms: true, filePath: name }).code;
	} catch (error) {
		const place = error.loc === undefined ? "" : `:${error.loc.line}:${error.loc.column + 1}`;
		const reason = String(error.message)
			.replace(/^Error transforming [^:]*: /, "")
			.replace(/ \(\d+:\d+\)$/, "");
		throw new SyntaxError(`Uncaught SyntaxError: ${reason}\n    at ${name}${place}`);
	}
}

/** The same statements in an async function, after the imports; undefined for a module that exports, and for what is no module at all. */
function functionOf(source) {
	let parsed;
	try {
		parsed = parse(source);
	} catch {
		// V8 says better what is wrong, and where.
		return undefined;
	}
	const [imports, exported] = parsed;
	if (exported.length > 0 || imports.some((it) => it.type === "reexport-star")) return undefined;
	const statics = imports.filter((it) => it.type === "static");
	const head = leadingImports(source, statics);
	let body = source.slice(head);
	let moved = "";
	for (const it of statics.filter((it) => it.importStart >= head).reverse()) {
		const text = source.slice(it.importStart, it.importEnd);
		body = body.slice(0, it.importStart - head) + text.replace(/[^\n]+/g, "") + body.slice(it.importEnd - head);
		moved = `${source
			.slice(it.importStart, it.start)
			.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")
			.replaceAll("\n", " ")}${source.slice(it.start, it.importEnd)};${moved}`;
	}
	const start = source.slice(0, head).replace(/^#!/, "//");
	if (head === 0) body = body.replace(/^#!/, "//");
	return `${start}${head === 0 ? "" : ";"}${moved}export default async () => {${body}\n};`;
}

/** Where the imports at the top end: only blanks and comments stand between them. */
function leadingImports(source, statics) {
	let end = 0;
	for (const it of statics) {
		const between = source.slice(end, it.importStart).replace(/^#![^\n]*/, "");
		if (between.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "").replace(/[\s;]/g, "") !== "") break;
		end = it.importEnd;
	}
	return end;
}
