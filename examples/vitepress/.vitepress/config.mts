import { defineConfig } from "vitepress";

export default defineConfig({
	title: "Sandglass in VitePress",
	outDir: "./output",
	base: "/vitepress/output/",
	themeConfig: { sidebar: [{ text: "Talk", link: "/" }, { text: "Later", link: "/later" }] },
	// The one tag. Blocks opt in by a container around them, for VitePress keeps nothing else of a fence's words.
	head: [["script", { src: "https://sandglass.example/embed/v1/embed.js", defer: "" }]],
});
