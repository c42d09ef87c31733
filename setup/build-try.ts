import { engine } from "../sandbox-images/contract-sandbox.ts";
import { ensureImages } from "./images.ts";
const t=Date.now();
const r = await ensureImages({ docker: engine, instance: "sandglass-language-test", progress: (l)=>console.log(((Date.now()-t)/1000).toFixed(0), l), languages: process.argv.slice(2) });
console.log(r);
