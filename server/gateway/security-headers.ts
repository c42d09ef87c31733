import type { ServerResponse } from "node:http";

/**
 * Headers of every answer. The page sets its own Content-Security-Policy with nonces; frame-ancestors alone stands here for what is no page.
 * https://owasp.org/www-project-secure-headers/
 */

const always: Readonly<Record<string, string>> = {
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
	"Referrer-Policy": "no-referrer",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()",
};

export function setSecurityHeaders(response: ServerResponse): void {
	for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
}

/** For a document that other sites may frame. Who may, `frame-ancestors` of its own policy says: X-Frame-Options knows no list. */
export function allowFraming(response: ServerResponse): void {
	response.removeHeader("X-Frame-Options");
}

/** For answers that are data, never a document. */
export function setDataHeaders(response: ServerResponse): void {
	response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
}
