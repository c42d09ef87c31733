import { Playground } from "../components/playground/playground.tsx";

export default function Page() {
	return <Playground build={process.env.SANDGLASS_BUILD ?? ""} shared={null} />;
}
