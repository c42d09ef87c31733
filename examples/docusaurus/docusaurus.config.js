/** @type {import("@docusaurus/types").Config} */
export default {
	title: "Sandglass in Docusaurus",
	url: "https://docs.example",
	baseUrl: "/docusaurus/output/",
	presets: [["classic", { docs: { routeBasePath: "/" }, blog: false, pages: false, sitemap: false }]],
	// The one tag. Blocks opt in by an element around them, for Docusaurus keeps nothing else of a fence's words.
	scripts: [{ src: "https://sandglass.example/embed/v1/embed.js", defer: true }],
};
