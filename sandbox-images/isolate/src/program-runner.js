/**
 * The first module of every program's isolate: gives the program its globals, runs it, tells how it ended. It has no secret and no power: a
 * program that changes it harms its own output only, as if it had printed it.
 *
 * All output goes through workerd's own console, which writes at once and waits while nobody reads: one line for isolate-run
 * (isolate-run.c) each. `o` or `e` and a JSON string: text for stdout or stderr. `<o` or `<e` and a mark: what follows is text as workerd shows it, until `>`
 * and the mark. `x` and a number: the exit code.
 */

const write = console.log.bind(console);
const stringify = JSON.stringify;
const pieceLength = 8_192;
const maxShownBody = 65_536;
/** To the supervisor, which finds out what line it is. */
const notUnderstood = 422;

class Exit extends Error {}

let isQuiet = false;
let status = 204;
let markCount = 0;
let active = 0;
let finish = () => undefined;
const whenEnded = new Promise((resolve) => {
	finish = resolve;
});

function print(stream, text) {
	if (isQuiet) return;
	for (let at = 0; at < text.length; at += pieceLength) write(stream + stringify(text.slice(at, at + pieceLength)));
}

function show(stream, values) {
	const shown = values.map((it) => (it instanceof Error ? tidy(String(it.stack)) : it));
	if (shown.every((it) => typeof it === "string") && !(shown.length > 1 && shown[0].includes("%"))) {
		print(stream, `${shown.join(" ")}\n`);
		return;
	}
	if (isQuiet) return;
	const mark = `${++markCount}`;
	write(`<${stream}${mark}`);
	write(...shown);
	write(`>${mark}`);
}

function end(code) {
	if (!isQuiet) write(`x${code & 255}`);
	isQuiet = true;
	finish();
}

const tidy = (text) =>
	text
		.split("\n")
		.filter((line) => !line.includes("file:///bundle/.sandglass/"))
		.join("\n")
		.replaceAll("file:///bundle/", "");

function describe(error) {
	if (!(error instanceof Error)) return `Uncaught ${typeof error === "string" ? error : stringify(error)}`;
	const stack = String(error.stack ?? "");
	const cause = error.cause instanceof Error ? `\n[cause]: ${String(error.cause.stack)}` : "";
	return tidy(`Uncaught ${stack.includes(error.message) ? stack : `${error.name}: ${error.message}\n${stack}`}${cause}`);
}

function fail(error) {
	if (error instanceof Exit) return;
	print("e", `${describe(error)}\n`);
	end(1);
}

/** Keeps the script alive as long as something is under way that may call it again. */
function setUpTimers() {
	const { setTimeout: startTimeout, setInterval: startInterval, clearTimeout: stopTimer } = globalThis;
	const running = new Map();
	const guarded =
		(callback, id, isOnce) =>
		(...values) => {
			try {
				callback(...values);
			} catch (error) {
				fail(error);
			} finally {
				if (isOnce) release(id.value);
			}
		};
	const release = (id) => {
		if (running.delete(id)) settle(-1);
	};
	const starter =
		(start, isOnce) =>
		(callback, ms, ...values) => {
			const id = { value: undefined };
			id.value = start(guarded(callback, id, isOnce), ms, ...values);
			running.set(id.value, true);
			settle(1);
			return id.value;
		};
	const clear = (id) => {
		stopTimer(id);
		release(id);
	};
	Object.assign(globalThis, {
		setTimeout: starter(startTimeout, true),
		setInterval: starter(startInterval, false),
		clearTimeout: clear,
		clearInterval: clear,
	});
	return startTimeout;
}

let hasMainEnded = false;
function settle(change) {
	active += change;
	if (hasMainEnded && active === 0) pause(() => active === 0 && end(0), 0);
}
const pause = setUpTimers();

function readerOfLines(body) {
	// Made when the first line is asked for: most programs ask for none, and each of these costs a new isolate time.
	let reader;
	let decoder;
	let text = "";
	let isOver = false;
	const next = async () => {
		for (;;) {
			const newline = text.indexOf("\n");
			if (newline >= 0) {
				const line = text.slice(0, newline);
				text = text.slice(newline + 1);
				return line.endsWith("\r") ? line.slice(0, -1) : line;
			}
			if (isOver) {
				const last = text;
				text = "";
				return last === "" ? null : last;
			}
			reader ??= body.getReader();
			decoder ??= new TextDecoder();
			const { value, done } = await reader.read();
			isOver = done;
			text += decoder.decode(value, { stream: !done });
		}
	};
	let turn = Promise.resolve();
	/** One at a time, in the order of asking. */
	return () => {
		settle(1);
		const line = turn.then(next);
		turn = line.then(
			() => settle(-1),
			() => settle(-1),
		);
		return line;
	};
}

function setUpGlobals(readLine, programArguments) {
	for (const [name, stream] of Object.entries({ log: "o", info: "o", debug: "o", dir: "o", warn: "e", error: "e", trace: "e" }))
		console[name] = (...values) => show(stream, values);
	Object.assign(globalThis, {
		args: programArguments,
		readLine,
		async prompt(question = "") {
			print("o", String(question));
			return readLine();
		},
		exit(code = 0) {
			end(Number(code));
			throw new Exit("The program has ended.");
		},
		stdin: {
			async *[Symbol.asyncIterator]() {
				for (let line = await readLine(); line !== null; line = await readLine()) yield line;
			},
		},
		stdout: { write: (text) => print("o", String(text)) },
		stderr: { write: (text) => print("e", String(text)) },
	});
	addEventListener("unhandledrejection", (event) => {
		event.preventDefault();
		fail(event.reason);
	});
	addEventListener("error", (event) => {
		event.preventDefault();
		fail(event.error);
	});
}

/** A request as protocol/worker-request.ts says: a line of JSON, or `GET /path`. */
function requestOf(line) {
	const isJson = line.startsWith("{");
	const [, method = "GET", path = line] = /^([A-Za-z]+)\s+(\S.*)$/.exec(line) ?? [];
	const { method: asked, path: place, headers = {}, body } = isJson ? JSON.parse(line) : { method, path };
	const url = new URL(place, "http://worker.example");
	const hasBody = typeof body === "string" && body !== "" && !["GET", "HEAD"].includes(asked.toUpperCase());
	return { isJson, request: new Request(url, { method: asked, headers, ...(hasBody ? { body } : {}) }) };
}

async function answer(handler, line) {
	let isJson = line.startsWith("{");
	const later = [];
	try {
		const parsed = requestOf(line);
		isJson = parsed.isJson;
		const context = { waitUntil: (promise) => later.push(promise), passThroughOnException: () => undefined, props: {} };
		const response = await handler(parsed.request, context);
		if (!(response instanceof Response)) throw new TypeError("The handler gave no Response.");
		const body = await response.text();
		const shown = body.slice(0, maxShownBody);
		const head = { status: response.status, statusText: response.statusText, headers: [...response.headers] };
		if (isJson) print("o", `${stringify({ response: { ...head, body: shown, isCut: shown.length < body.length } })}\n`);
		else
			print(
				"o",
				`HTTP ${head.status} ${head.statusText}\n${head.headers.map(([name, value]) => `${name}: ${value}\n`).join("")}\n${shown}\n\n`,
			);
	} catch (error) {
		if (error instanceof Exit) return;
		if (isJson) print("o", `${stringify({ response: { error: describe(error) } })}\n`);
		print("e", `${describe(error)}\n`);
	}
	await Promise.allSettled(later);
}

/** The handler of a Worker, or undefined for a plain module. */
function handlerOf(exported) {
	if (typeof exported === "function" && typeof exported.prototype?.fetch === "function")
		return (request, context) => new exported(context, {}).fetch(request);
	if (typeof exported?.fetch === "function") return (request, context) => exported.fetch(request, {}, context);
	return undefined;
}

async function serve(handler, readLine) {
	print("o", 'Waiting for requests: one a line, as "GET /path" or as JSON.\n');
	for (let line = await readLine(); line !== null; line = await readLine()) if (line.trim() !== "") await answer(handler, line.trim());
}

const placeInProgram = /file:\/\/\/bundle\/(?!\.sandglass\/)/;

async function run({ entry, isScript }, readLine) {
	const exported = await import(`../${entry}`).catch((error) => {
		if (!(error instanceof SyntaxError) || placeInProgram.test(error.stack)) throw error;
		status = notUnderstood;
		finish();
		return new Promise(() => undefined);
	});
	const handler = isScript ? undefined : handlerOf(exported.default);
	if (isScript) await exported.default();
	if (handler !== undefined) await serve(handler, readLine);
}

export default {
	async fetch(request, env) {
		const readLine = readerOfLines(request.body ?? new Blob([]).stream());
		isQuiet = env.isQuiet;
		setUpGlobals(readLine, env.programArguments);
		run(env, readLine).then(() => {
			hasMainEnded = true;
			settle(0);
		}, fail);
		await whenEnded;
		return new Response(null, { status });
	},
};
