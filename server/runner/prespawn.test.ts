import { testPrespawn } from "./prespawn-suite.ts";

testPrespawn("container");
