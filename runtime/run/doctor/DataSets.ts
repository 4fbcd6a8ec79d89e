import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Locations from "../../data/Locations.ts"
import * as Apart from "./Apart.ts"
import * as Check from "./Check.ts"
import * as DataSet from "./DataSet.ts"

const name = "data"

/** One that lies on a server which does not answer is told from the others. */
const limit = Duration.seconds(8)
const atOnce = 8

/** Looks at every data set whose place is known, each in a process of its own. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: ({ data, home, queue }) =>
    Locations.read(home, data).pipe(
      Effect.flatMap(({ known, of }) =>
        known.length === 0
          ? Effect.succeed([Check.ok(name, "no data set is named; generated images need none")])
          : Effect.map(
            Effect.forEach(
              known,
              (set) =>
                Apart.look({ ...DataSet.check, name: `${name} ${set}` }, { home, queue, data: [`${set}=${of(set)}`] }, limit),
              { concurrency: atOnce }
            ),
            (found) => found.flat()
          )
      ),
      Effect.catch(({ message }) =>
        Effect.succeed([
          Check.failed(
            name,
            message,
            message.startsWith("--data")
              ? "write --data NAME=PATH"
              : `mend ${path.join(home, "datasets.json")}: { "NAME": "PATH" }`
          )
        ])
      )
    )
}
