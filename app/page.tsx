import { headers } from "next/headers";
import { Playground } from "../components/playground/playground.tsx";
import { openHostsHeader, readOpenHosts } from "../protocol/open-hosts.ts";

export default async function Page() {
	const openHosts = readOpenHosts((await headers()).get(openHostsHeader));
	return <Playground build={process.env.SANDGLASS_BUILD ?? ""} shared={null} openHosts={openHosts} />;
}
