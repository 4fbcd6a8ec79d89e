/**
 * The process in which a check looks. Writes what it found as its last line.
 */
import * as Effect from "effect/Effect"
import * as Apart from "./Apart.ts"
import type { Check, Examined } from "./Check.ts"

const [module = ""] = process.argv.slice(2)
const examined = JSON.parse(process.env[Apart.variable] ?? "") as Examined
delete process.env[Apart.variable]
const { check } = await import(module) as { readonly check: Check }
const found = await Effect.runPromise(check.look(examined))
// A program that was ended, and is not gone yet, is not waited for.
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit())
