// A Worker: it waits for requests and answers each. Send some from the request box.

const started = Date.now();
let visits = 0;

const pages = {
	"/": () => new Response("Hello from an isolate!\n"),
	"/visits": () => Response.json({ visits, seconds: Math.round((Date.now() - started) / 1000) }),
	"/echo": async (request) => new Response(await request.text(), { headers: { "content-type": request.headers.get("content-type") ?? "text/plain" } }),
	"/away": () => fetch("https://example.com/"),
};

console.log(`Pages: ${Object.keys(pages).join("  ")}`);

export default {
	async fetch(request) {
		visits++;
		const { pathname } = new URL(request.url);
		const page = pages[pathname];
		return page ? await page(request) : new Response(`No page ${pathname}\n`, { status: 404 });
	},
};
