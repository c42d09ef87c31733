import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { chromiumLaunch } from "./chromium-launch.ts";
import { clipboardPermissions, Playground } from "./page-objects/playground.ts";

/**
 * Makes docs/playground.png, the README's picture, of a server that runs: `node --import tsx e2e/readme-picture.ts http://127.0.0.1:3000`.
 * No test; run it when the page has changed its looks.
 */

const code = `"""Ask for a name, and build it out of sand."""

import time

BOLD, DIM, RESET = "\\x1b[1m", "\\x1b[2m", "\\x1b[0m"
SAND = [230, 229, 223, 222, 215, 179, 173, 137]


def dune(width: int, height: int) -> None:
    """A dune, one shade a layer, wider towards the ground."""
    for layer in range(height):
        grains = 1 + layer * (width - 1) // (height - 1)
        shade = SAND[layer * len(SAND) // height]
        print(f"\\x1b[38;5;{shade}m{('█' * grains).center(width)}{RESET}")
        time.sleep(0.02)


name = input(f"{BOLD}What is your name?{RESET} ").strip() or "stranger"

print(f"\\nHello, {BOLD}\\x1b[38;5;215m{name}{RESET}!")
print("This sandbox is yours alone.\\n")
dune(width=45, height=10)

letters = sorted(set(name.lower()))
print(f"\\n{DIM}Your name has {len(name)} letters, {len(letters)} different:{RESET}")
for number, letter in enumerate(letters):
    share = name.lower().count(letter) / len(name)
    bar = "▇" * round(share * 60)
    print(f"  {letter}  \\x1b[38;5;{SAND[number % len(SAND)]}m{bar}{RESET} {share:.0%}")
`;

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error("Name the address of a running server.");
const browser = await chromium.launch(chromiumLaunch);
const context = await browser.newContext({
	viewport: { width: 1_440, height: 900 },
	colorScheme: "dark",
	permissions: clipboardPermissions,
});
const playground = new Playground(await context.newPage());
await playground.open(url);
await playground.write(code);
await playground.editor.focus();
await playground.page.keyboard.press("Control+Home");
await playground.run.click();
await playground.output.getByText("What is your name?").waitFor();
await playground.answer("Scheherazade");
await playground.status.getByText("Finished.").waitFor();
await playground.output.getByText("letters").waitFor();
await playground.page.mouse.move(1_100, 700);
await playground.page.screenshot({ path: fileURLToPath(new URL("../docs/playground.png", import.meta.url)) });
await browser.close();
