/** Small parts of what is shown. Text is only ever set as text. */

export function element<Name extends keyof HTMLElementTagNameMap>(
	name: Name,
	className: string,
	...children: Node[]
): HTMLElementTagNameMap[Name] {
	const made = document.createElement(name);
	made.className = className;
	made.append(...children);
	return made;
}

export function button(text: string, label: string, onClick: () => void): HTMLButtonElement {
	const made = element("button", "");
	made.type = "button";
	name(made, text, label);
	made.addEventListener("click", onClick);
	return made;
}

export function name(named: HTMLButtonElement, text: string, label: string): void {
	named.textContent = text;
	named.title = named.ariaLabel = label;
}

/** A root that the author's styles do not reach into. The sheet is shared, and no policy for inline styles forbids it. */
export function shadow(host: HTMLElement, kind: "controls" | "panel", styles: CSSStyleSheet): ShadowRoot {
	host.className = kind;
	host.dataset.sandglassUi = "";
	const root = host.attachShadow({ mode: "open" });
	root.adoptedStyleSheets = [styles];
	return root;
}
