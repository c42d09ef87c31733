/**
 * What the gateway tells the page about a frame's document, as request headers that it sets itself and takes from nobody: the page has no
 * other way to learn of a setting, or of whom a request comes from.
 */

/** The signed word that lets this document open sessions. */
export const embedTicketHeader = "x-sandglass-embed-ticket";

/** The `frame-ancestors` of its policy; `*`: any page at all may frame it; absent: none may. */
export const embedAncestorsHeader = "x-sandglass-embed-ancestors";
