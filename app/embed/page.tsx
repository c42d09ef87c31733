import type { Metadata } from "next";
import { headers } from "next/headers";
import { Embed } from "../../components/embed/embed.tsx";
import { embedTicketHeader } from "../../protocol/embed-headers.ts";

export const metadata: Metadata = { title: "A program to run · Sandglass", robots: { index: false } };

export default async function Page() {
	return (
		<>
			<noscript>This frame may not run scripts, and without them no program can be run in it.</noscript>
			<Embed ticket={(await headers()).get(embedTicketHeader) ?? ""} />
		</>
	);
}
