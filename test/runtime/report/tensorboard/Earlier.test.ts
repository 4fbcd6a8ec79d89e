import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Earlier from "../../../../runtime/report/tensorboard/Earlier.ts"
import * as Record from "../../../../runtime/report/tensorboard/Record.ts"
import * as Summary from "../../../../runtime/report/tensorboard/Summary.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"

const buckets = { lowest: 1, highest: 2, limits: [2], counts: [3] }

describe("Earlier", () => {
  it.effect("holds of all files together no more than so many bytes", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const record = (step: number) => Record.frame(Summary.event(5, step, [Summary.histogram(`${Summary.weights}head`, buckets)]))
        for (const step of [1, 2, 3]) fs.writeFileSync(path.join(folder, `events.out.tfevents.${step}`), record(step))
        const stepsWithin = (most?: number) => [1, 2, 3].filter((step) => Earlier.weightsIn(folder, most).has(Earlier.keyOf(5, step)))
        const { length } = record(1)
        assert.deepStrictEqual([stepsWithin(), stepsWithin(2 * length)], [[1, 2, 3], [1, 2]])
        // One that is too long keeps none of the others from being read.
        fs.truncateSync(path.join(folder, "events.out.tfevents.1"), 3 * length)
        assert.deepStrictEqual(stepsWithin(2 * length), [2, 3])
      })
    ))
})
