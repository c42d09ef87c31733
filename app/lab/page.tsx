import type { Metadata } from "next";
import { Lab } from "../../components/lab/lab.tsx";

export const metadata: Metadata = {
	title: "Lab: what each wall withstood · Sandglass",
	description: "Every isolation that this server offers, attacked on this machine: what held, what broke, and why.",
};

export default function Page() {
	return <Lab />;
}
