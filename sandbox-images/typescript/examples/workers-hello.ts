// A Worker that keeps a list: it waits for requests and answers each. Send some from the request box.

interface Note {
	readonly id: number;
	readonly text: string;
}

const notes: Note[] = [{ id: 1, text: "POST / with a text adds one" }];

async function add(request: Request): Promise<Response> {
	const text = (await request.text()).trim();
	if (text === "") return new Response("An empty note is none.\n", { status: 400 });
	const note: Note = { id: notes.length + 1, text };
	notes.push(note);
	return Response.json(note, { status: 201 });
}

function show(id: number): Response {
	const note = notes.find((it) => it.id === id);
	return note === undefined ? new Response("No such note.\n", { status: 404 }) : Response.json(note);
}

console.log("GET /, GET /1, POST /");

export default {
	fetch(request: Request): Response | Promise<Response> {
		const { pathname } = new URL(request.url);
		if (request.method === "POST") return add(request);
		return pathname === "/" ? Response.json(notes) : show(Number(pathname.slice(1)));
	},
};
