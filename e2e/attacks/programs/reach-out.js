/**
 * Tries every way out of a worker. `tryEveryWay` resolves with a line for each: its name, "open" or "held", and at which wall: the
 * directive of the policy that the browser says was violated, else the error. The same text runs in the tier and, as a control, in a
 * worker that nothing holds.
 */
globalThis.tryEveryWay = async (own, other) => {
	/** Only so that what never answers ends; a refusal comes at once. */
	const patienceMs = 5_000;
	const violations = [];
	globalThis.addEventListener("securitypolicyviolation", (event) => violations.push([event.effectiveDirective, event.blockedURI]));
	const port = new URL(other).port;
	const opened = (source) =>
		new Promise((resolve, reject) => {
			source.onopen = resolve;
			source.onerror = () => reject(new Error("closed"));
		});
	const requested = (request) =>
		new Promise((resolve, reject) => {
			request.onsuccess = resolve;
			request.onerror = () => reject(request.error);
		});
	const asked = (url) =>
		new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open("GET", url);
			request.onload = resolve;
			request.onerror = () => reject(new Error("failed"));
			request.send();
		});
	const ways = {
		"fetch-own": () => fetch(`${own}api/v1/posture?way=fetch-own`),
		"fetch-other": () => fetch(`${other}fetch-other`),
		"fetch-no-cors": () => fetch(`${other}fetch-no-cors`, { mode: "no-cors", credentials: "include" }),
		"fetch-blob": () => fetch(URL.createObjectURL(new Blob(["x"]))),
		"xhr-own": () => asked(`${own}api/v1/posture?way=xhr-own`),
		"xhr-other": () => asked(`${other}xhr-other`),
		"websocket-own": () => opened(new WebSocket(`${own.replace("http", "ws")}api/v1/session`, "sandglass.v1")),
		"websocket-other": () => opened(new WebSocket(`ws://127.0.0.1:${port}/websocket-other`)),
		eventsource: () => opened(new EventSource(`${other}eventsource`)),
		webtransport: () => new WebTransport(`https://127.0.0.1:${port}/webtransport`).ready,
		font: () => new FontFace("x", `url(${other}font)`).load(),
		wasm: () => WebAssembly.compileStreaming(fetch(`${other}wasm`)),
		"script-own": () => WorkerGlobalScope.prototype.importScripts.call(globalThis, `${own}monaco/script-own.js`),
		"script-other": () => WorkerGlobalScope.prototype.importScripts.call(globalThis, `${other}script-other`),
		"module-other": () => import(`${other}module-other`),
		"module-data": () => import(`data:${"text/javascript,export default 1"}`),
		// biome-ignore lint/security/noGlobalEval: a way out like the others
		eval: () => (0, eval)("1"),
		function: () => new Function("return 1")(),
		worker: () => new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))),
		beacon: () => navigator.sendBeacon(`${other}beacon`),
		webrtc: () => new RTCPeerConnection(),
		"service-worker": () => navigator.serviceWorker.getRegistrations(),
		indexeddb: () => requested(indexedDB.open("sandglass")),
		caches: () => caches.open("sandglass"),
		"file-system": () => navigator.storage.getDirectory(),
		locks: () => navigator.locks.request("sandglass", () => 1),
		cookies: () => cookieStore.getAll(),
		"local-storage": () => localStorage.length,
		document: () => document.title,
		window: () => window.parent,
		notification: () => Notification.requestPermission(),
	};
	const lines = [];
	for (const [name, way] of Object.entries(ways)) {
		let result = "open";
		let wall = "";
		let timer;
		try {
			const late = new Promise((_, reject) => {
				timer = setTimeout(() => reject(new Error("no answer")), patienceMs);
			});
			await Promise.race([(async () => way())(), late]);
		} catch (error) {
			result = "held";
			wall = `${error.name} ${error.message}`.slice(0, 50);
		}
		clearTimeout(timer);
		// The browser reports what its policy refused a moment after it refused it.
		await new Promise((resolve) => setTimeout(resolve, 20));
		const directives = violations.splice(0).map(([directive]) => directive);
		if (directives.length > 0) wall = directives.join("+");
		lines.push(`${name} ${result} ${wall.replaceAll("\n", " ")}`);
	}
	return lines.join("\n");
};
