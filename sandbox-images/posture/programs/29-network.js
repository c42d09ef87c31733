// Row 29. Fetches the cloud's metadata, where a machine's keys are, then this server, a private network and the world.
const urls = ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:3000/healthz", "http://10.0.0.1/", "https://example.org/"];

(async () => {
	for (const url of urls) {
		try {
			const response = await fetch(url);
			console.log("BROKE:", url, "answered", response.status);
		} catch (error) {
			console.log("HELD: ", url, "→", String(error.cause ?? error).slice(0, 100));
		}
	}
	try {
		const { createConnection } = await import("node:net");
		await new Promise((resolve, reject) => createConnection(443, "1.1.1.1").on("connect", resolve).on("error", reject));
		console.log("BROKE: a socket of node:net reached the world");
	} catch (error) {
		console.log("HELD:  node:net →", String(error).slice(0, 100));
	}
})();
