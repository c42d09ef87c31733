import type { Metadata } from "next";
import { ApiReference } from "../../components/api-reference/api-reference.tsx";

export const metadata: Metadata = {
	title: "HTTP interface · Sandglass",
	description: "Run programs over HTTP: every route of this server, what it takes and what it answers.",
};

export default function Page() {
	return <ApiReference />;
}
