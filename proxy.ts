import { type NextRequest, NextResponse } from "next/server";
import { embedAncestorsHeader } from "./protocol/embed-headers.ts";
import { embedPath } from "./protocol/embed-mark.ts";
import { openHostsHeader, readOpenHosts } from "./protocol/open-hosts.ts";

/**
 * The content security policy of every page. A fresh nonce lets our one inline script and Next's own run; nothing else inline does.
 * - script-src 'self': Monaco's loader adds script elements of our own origin, and its workers import them.
 * - worker-src blob: Monaco starts each worker from a blob that imports the real file, which script-src then judges.
 * - frame-src 'self': the sandboxed frame of the tier `browser`, whose own policy next.config.js sets; no other document of ours lets itself be framed.
 * - style-src 'unsafe-inline': Monaco, CodeMirror and xterm.js write style elements while they run; a style can read nothing here.
 * - connect-src: this server; on the playground's page also the sites that the operator lets readers open texts from. None by default.
 * - frame-ancestors: nobody, but for /embed, which the sites of the configuration may frame; the gateway says which.
 */
function contentSecurityPolicy(nonce: string, host: string | null, ancestors: string, openHosts: readonly string[]): string {
	const isHostPlain = host !== null && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host);
	const sockets = isHostPlain ? ` ws://${host} wss://${host}` : "";
	// React's development build explains errors by means of eval; the production build never does.
	const evaluation = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";
	return [
		"default-src 'none'",
		`script-src 'self' 'nonce-${nonce}'${evaluation}`,
		"worker-src 'self' blob:",
		"style-src 'self' 'unsafe-inline'",
		"img-src 'self' data:",
		"font-src 'self' data:",
		`connect-src 'self'${sockets}${openHosts.map((site) => ` ${site}`).join("")}`,
		"manifest-src 'self'",
		"frame-src 'self'",
		...(ancestors === "*" ? [] : [`frame-ancestors ${ancestors}`]),
		"base-uri 'none'",
		"form-action 'none'",
	].join("; ");
}

/** `*`: any page may frame it, and the directive is left out; its own `*` would not mean files and sandboxed pages. */
function ancestorsOf(request: NextRequest): string {
	if (request.nextUrl.pathname !== embedPath) return "'none'";
	return request.headers.get(embedAncestorsHeader) ?? "'none'";
}

export function proxy(request: NextRequest): NextResponse {
	const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))));
	const openHosts = request.nextUrl.pathname === "/" ? readOpenHosts(request.headers.get(openHostsHeader)) : [];
	const policy = contentSecurityPolicy(nonce, request.headers.get("host"), ancestorsOf(request), openHosts);
	const headers = new Headers(request.headers);
	headers.set("x-nonce", nonce);
	headers.set("content-security-policy", policy);
	const response = NextResponse.next({ request: { headers } });
	response.headers.set("content-security-policy", policy);
	return response;
}

export const config = { matcher: "/((?!api/|_next/static/|monaco/|browser-runtime/|embed/v1/).*)" };
