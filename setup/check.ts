import { checkSteps } from "./check-steps.ts";
import { runStep, summarise } from "./step.ts";

/** `npm run check`: everything that needs no engine and no browser. */
process.exitCode = summarise(await Promise.all(checkSteps.map(runStep)));
