import { type ComponentType, useEffect, useState } from "react";
import type { ExchangeProps, ExchangeWish } from "../exchange/exchange.tsx";
import type { Toast } from "../notice/use-toast.ts";

/** Fetches what opens and shares programs: once the editor has come, or at once when the address or the reader asks for it. null: not yet there. */
export function useExchange(
	isEditorSettled: boolean,
	wish: ExchangeWish,
	setWish: (wish: ExchangeWish) => void,
	show: (toast: Toast) => void,
): ComponentType<ExchangeProps> | null {
	const [Exchange, setExchange] = useState<ComponentType<ExchangeProps> | null>(null);
	const [hasAddress, setHasAddress] = useState(false);
	useEffect(() => {
		setHasAddress(location.hash.length + location.search.length > 1);
		if (location.search.startsWith("?open=")) setWish("open");
	}, [setWish]);
	const isAsked = wish !== "nothing" || hasAddress;
	const isWanted = Exchange === null && (isEditorSettled || isAsked);
	useEffect(() => {
		if (!isWanted) return;
		import("../exchange/exchange.tsx")
			.then((module) => setExchange(() => module.Exchange))
			.catch((error: unknown) => {
				console.info("What opens and shares programs could not be fetched.", error);
				if (isAsked)
					show({ sentence: "The server cannot be reached, so this could not be opened. Nothing you wrote is gone.", undo: null });
				setWish("nothing");
			});
	}, [isWanted, isAsked, setWish, show]);
	return Exchange;
}
