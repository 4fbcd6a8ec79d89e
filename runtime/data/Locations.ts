/**
 * Where named data sets lie on this host: a recipe says the name alone.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Text from "../../dsl/Text.ts"
import * as Words from "../../dsl/Words.ts"

/** A `--data` flag or the home's `datasets.json` cannot be understood; `message` says what to write. */
export class LocationsInvalid extends Schema.TaggedError<LocationsInvalid>()("LocationsInvalid", {
  message: Schema.String
}) {}

export interface Locations {
  /** The absolute path of a data set's folder, or null where nothing names it. */
  readonly of: (name: string) => string | null
  /** The names whose places are known, sorted. */
  readonly known: ReadonlyArray<string>
}

const isName = Schema.is(Text.name)

const nameRule = "a name has letters, digits, dots, dashes and underscores alone"

/** Shells leave a tilde that follows an equals sign, or stands in a file, as it is. */
const absolute = (base: string, place: string): string =>
  place === "~" || place.startsWith("~/") ? path.join(os.homedir(), place.slice(1)) : path.resolve(base, place)

const readFlag = (flag: string): Effect.Effect<readonly [name: string, place: string], LocationsInvalid> => {
  const at = flag.indexOf("=")
  const name = flag.slice(0, Math.max(at, 0))
  const place = flag.slice(at + 1)
  const refuse = (what: string) =>
    new LocationsInvalid({ message: `--data ${flag}: ${what}; write --data NAME=PATH, as in --data cells=./cells` })
  if (at < 0) return Effect.fail(refuse("there is no = in it"))
  if (!isName(name)) return Effect.fail(refuse(name === "" ? "the name is missing" : nameRule))
  if (place.trim() === "") return Effect.fail(refuse("the path is missing"))
  return Effect.succeed([name, absolute(process.cwd(), place)])
}

const readFlags = Effect.fn("Locations.readFlags")(function*(flags: ReadonlyArray<string>) {
  const places = new Map<string, string>()
  for (const flag of flags) {
    const [name, place] = yield* readFlag(flag)
    const before = places.get(name)
    if (before !== undefined && before !== place) {
      return yield* new LocationsInvalid({ message: `--data names two places for ${name}: ${before} and ${place}` })
    }
    places.set(name, place)
  }
  return places
})

const example = `{ "blood-cells": "/path/to/the/folder" }`

const decode = Schema.decodeUnknownResult(Schema.Record(Schema.String, Schema.String))

const readText = (file: string): Effect.Effect<string | null, LocationsInvalid> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(fs.readFileSync(file, "utf8"))
    } catch (cause) {
      const code = Words.codeOf(cause)
      return code === "ENOENT" || code === "ENOTDIR"
        ? Effect.succeed(null)
        : Effect.fail(new LocationsInvalid({ message: `${file} cannot be read: ${Words.reasonOf(cause)}` }))
    }
  })

const readFile = Effect.fn("Locations.readFile")(function*(home: string) {
  const file = path.join(path.resolve(home), "datasets.json")
  const text = yield* readText(file)
  const places = new Map<string, string>()
  if (text === null) return places
  const json = yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause) => new LocationsInvalid({ message: `${file} is not JSON: ${Words.reasonOf(cause)}; write ${example}` })
  })
  const entries = decode(json)
  if (Result.isFailure(entries) || Array.isArray(json)) {
    return yield* new LocationsInvalid({ message: `${file} must map names to paths: write ${example}` })
  }
  for (const [name, place] of Object.entries(entries.success)) {
    if (!isName(name)) return yield* new LocationsInvalid({ message: `${file}: ${JSON.stringify(name)}: ${nameRule}` })
    if (place.trim() === "") {
      return yield* new LocationsInvalid({ message: `${file}: the path of ${name} is missing; write ${example}` })
    }
    places.set(name, absolute(path.dirname(path.resolve(home)), place))
  }
  return places
})

/**
 * Reads the places that `--data NAME=PATH` flags and the home's `datasets.json` name; a flag wins. A flag's relative
 * path starts at the working directory, the file's at the folder that holds the home. Fails with LocationsInvalid.
 */
export const read = Effect.fn("Locations.read")(function*(home: string, flags: ReadonlyArray<string>) {
  const places = new Map([...yield* readFile(home), ...yield* readFlags(flags)])
  const locations: Locations = { of: (name) => places.get(name) ?? null, known: [...places.keys()].toSorted() }
  return locations
})
