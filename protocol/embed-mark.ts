/** What both sides of an embed name at run time. Without a library: embed.js carries it. */

/** Marks our messages among those of others. */
export const embedMark = "sandglass-embed-1";

/** Where the frame's document is. */
export const embedPath = "/embed";
