import { describe, it } from "@effect/vitest"
import { cases, check, engines, families } from "../e2e/faults.ts"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"

tensorflow("Injected faults", () => {
  for (const engine of engines) {
    for (const family of families) {
      describe(`on ${engine}, ${family}`, () => {
        // The classifier has no backbone.
        const possible = cases.filter(({ injection }) => family === "detector" || !injection.includes(":backbone"))
        it.each(possible)("$injection with $retry comes to $verdict, exit $exit", (wanted) => check(wanted, engine, family))
      })
    }
  }
})
