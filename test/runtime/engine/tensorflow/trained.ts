import { createHash } from "node:crypto"
import type { Backend } from "../../../../runtime/engine/tensorflow/Native.ts"
import { compileStep } from "../../../../runtime/engine/tensorflow/Tensorflow.ts"
import { batchOf, scalars, small, tensorsOf } from "../../step/small.ts"

/** Trains the small network for 5 steps and digests every bit of what came out. */
export const trainedDigest = (backend: Backend): string => {
  const step = compileStep(backend, small)
  const outcomes = Array.from({ length: 5 }, (_, index) => step.run(batchOf(small, index), scalars))
  const hash = createHash("sha256").update(JSON.stringify(outcomes))
  for (const [name, { data }] of tensorsOf(step.read())) hash.update(name).update(data)
  step.dispose()
  return hash.digest("hex")
}
