/**
 * Sites from which the page may fetch a raw text that a reader wants to open, by the operator's setting. The gateway says so to the page in a
 * request header that it sets itself and takes from nobody; the page's content security policy allows these and no others.
 */
export const openHostsHeader = "x-sandglass-open-hosts";

/** `https://raw.example.org`, with a port if need be; no path, so that it can stand in a policy as it is. */
export const openHostPattern = /^https:\/\/[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?$/;

/** What the header says, without what is no site. */
export function readOpenHosts(header: string | null): readonly string[] {
	return (header ?? "").split(" ").filter((host) => openHostPattern.test(host));
}
