import * as z from "zod/mini";

/** What the reader chose; "system" follows the device. */
export const ThemeChoice = z.enum(["system", "light", "dark"]);
export type ThemeChoice = z.infer<typeof ThemeChoice>;

export const themeStorageKey = "sandglass.theme";

/** Runs before the first paint, so that a remembered theme does not flash. Must stay free of imports: it is inlined. */
export const themeScript = `try{var t=localStorage.getItem("${themeStorageKey}");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch(e){document.documentElement.dataset.storage="blocked"}`;
