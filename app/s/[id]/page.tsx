import type { Metadata } from "next";
import { SharedPage } from "../../../components/shared-page/shared-page.tsx";

export const metadata: Metadata = {
	// Not the playground's either: components/shared-page renders the title, which is the program's.
	title: null,
	description: "A program that somebody shared: read it, run it, change it.",
	// A link is for those who were given it.
	robots: { index: false },
};

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
	const { id } = await params;
	return <SharedPage key={id} id={id} build={process.env.SANDGLASS_BUILD ?? ""} />;
}
