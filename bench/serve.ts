/**
 * Times training steps on request, as `bench/pytorch/serve.py` does: each line on stdin is a number of steps, each
 * answer their milliseconds.
 */
import * as readline from "node:readline"
import { compileStep } from "../runtime/engine/tensorflow/Tensorflow.ts"
import * as Subject from "./Subject.ts"
import * as Timing from "./Timing.ts"

const step = compileStep(Subject.load(), Subject.configuration)
if (step.execution.mode !== "session") throw new Error(`the step is not a session: ${step.execution.reason}`)
const batch = Subject.batch()

for await (const line of readline.createInterface({ input: process.stdin })) {
  const times = Array.from({ length: Number(line) }, () => Timing.timed(() => step.run(batch, Subject.scalars)))
  process.stdout.write(`${JSON.stringify(times)}\n`)
}
step.dispose()
