import * as Effect from "effect/Effect"
import * as Engines from "../../engine/Engines.ts"
import * as Check from "./Check.ts"

const name = "engine"

/** Loading TensorFlow on a GPU takes some seconds. */
const limit = "9 seconds"

const install = "npx ballast engine install tensorflow"

const described = ({ device, threads, version }: Engines.Listing): string =>
  `${version} on the ${device}, ${threads} ${threads === 1 ? "thread" : "threads"}`

const supply = ({ engine, reason }: Engines.Listing): string =>
  engine === "wasm"
    ? "npm ci, on a processor with SIMD instructions"
    : reason?.startsWith("not installed") === true
    ? install
    : `npx ballast engine install tensorflow --remove, then ${install}`

const judgeOne = (listing: Engines.Listing): Check.Diagnosis => {
  const { engine, passes, reason, usable } = listing
  const own = `${name} ${engine}`
  const run = `npx ballast engine check ${engine}`
  if (!usable) return Check.warning(own, reason ?? "it cannot be used", supply(listing))
  if (passes === null) return Check.warning(own, `${described(listing)}; its reference cases have not run yet`, run)
  return passes
    ? Check.ok(own, `${described(listing)}; passes its reference cases`)
    : Check.warning(own, `${described(listing)}; ${reason ?? "fails its reference cases"}`, run)
}

const whyNot = ({ engine, passes, reason }: Engines.Listing): string =>
  `${engine} is passed over: ${passes === false ? "it fails reference cases" : reason?.split("\n")[0]}`

/** Says of each engine whether it can be used, and which one `auto` takes. */
export const judge = (listings: ReadonlyArray<Engines.Listing>): ReadonlyArray<Check.Diagnosis> => {
  const taken = listings.findIndex(({ passes, usable }) => usable && passes !== false)
  const before = listings.slice(0, taken < 0 ? undefined : taken).map(whyNot)
  const auto = `${name} auto`
  return [
    ...listings.map(judgeOne),
    taken < 0
      ? Check.failed(auto, ["no engine can be used here", ...before].join("; "), install)
      : Check.ok(auto, `takes ${listings[taken]?.engine}: ${before.length === 0 ? "the first choice" : before.join("; ")}`)
  ]
}

/** Loads every engine. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: () =>
    Engines.list.pipe(
      Effect.map(judge),
      Effect.timeoutOrElse({
        duration: limit,
        orElse: () =>
          Effect.succeed([
            Check.warning(
              name,
              `the engines did not load within ${limit}, and were ended`,
              "npx ballast engine list waits longer"
            )
          ])
      })
    )
}
