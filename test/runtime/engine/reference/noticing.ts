import { assert, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as ReferenceCases from "../../../../runtime/engine/reference/ReferenceCases.ts"
import * as BrokenSubjects from "./brokenSubjects.ts"

/** Declares for each engine that is wrong in one place that the cases fail which must, and none of the others that are run. */
export const noticeWhatIsBroken = (
  sound: () => ReferenceCases.Subject["kernels"],
  casesFor: (breaks: ReadonlyArray<string>) => ReadonlyArray<ReferenceCases.Case>
): void => {
  for (const { breaks, make, mayBreak = [], message, title } of BrokenSubjects.subjects) {
    it(`fail where ${title}`, () => {
      const before = tf.memory().numTensors
      const verdicts = ReferenceCases.check(make(sound()), casesFor(breaks))
      const failures = verdicts.filter(({ ok }) => !ok)
      const certain = failures.map((verdict) => verdict.case).filter((name) => !mayBreak.includes(name))
      assert.deepStrictEqual(certain.toSorted(), breaks.toSorted(), JSON.stringify(failures))
      for (const { error } of failures) assert.match(error ?? "", message)
      tf.dispose(BrokenSubjects.kept())
      assert.strictEqual(tf.memory().numTensors, before)
    })
  }
}
