import { describe, it } from "@effect/vitest"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { cases, check, type EngineName, type Family } from "./faults.ts"

const checked = (injection: string, engine: EngineName, family: Family): void => {
  const wanted = cases.find((one) => one.injection === injection && one.retry.startsWith("Retry.diagnosed"))
  it(`${injection} on ${engine}, ${family}`, () => wanted === undefined ? Promise.reject(new Error(injection)) : check(wanted, engine, family))
}

// All of them together are a drill.
describe("An injected fault", () => {
  checked("bad-image@7", "wasm", "classifier")
  checked("kill@25", "wasm", "classifier")
})

tensorflow("An injected fault", () => {
  checked("nan@25", "tensorflow", "detector")
  checked("disk-full@checkpoint:2", "tensorflow", "classifier")
})
