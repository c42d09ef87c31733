import { config } from "zod/mini";

// zod compiles schemas with `new Function` where it may; under our content security policy even its trial is reported as a breach.
config({ jitless: true });
