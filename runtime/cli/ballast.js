#!/usr/bin/env node
import * as Program from "./Program.js"

await Program.start(process.argv.slice(2))
