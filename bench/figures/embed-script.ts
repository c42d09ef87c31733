import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright";
import type { Bench, Findings } from "../bench.ts";
import { summarise } from "../statistics.ts";
