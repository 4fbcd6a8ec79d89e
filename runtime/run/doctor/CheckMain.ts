/**
 * The process in which a check looks. Writes what it found as its last line.
 */
import * as Effect from "effect/Effect"
import type { Check, Examined } from "./Check.ts"

const [module = "", examined = ""] = process.argv.slice(2)
const { check } = await import(module) as { readonly check: Check }
const found = await Effect.runPromise(check.look(JSON.parse(examined) as Examined))
// A program that was ended, and is not gone yet, is not waited for.
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit())
