import * as Kernels from "../runtime/engine/tensorflow/Kernels.ts"
import * as Session from "../runtime/engine/tensorflow/Session.ts"
import * as EagerStep from "../runtime/step/EagerStep.ts"
import type { Step } from "../runtime/step/Step.ts"
import type { Bench } from "./Bench.ts"
import * as Subject from "./Subject.ts"
import * as Timing from "./Timing.ts"

const turns = 15
const warmUp = 3

/** Measures what recording a step as one session call gains over dispatching its operations one by one. */
export const sessionAgainstEager: Bench = {
  title: "a step as a session against the eager step",
  prediction: "at least 2 times as fast",
  measure: async () => {
    const backend = Subject.load()
    const eager = EagerStep.make(Subject.configuration, Kernels.make(backend))
    const session = Session.make(backend, Subject.configuration, eager)
    const batch = Subject.batch()
    const steps = (step: Step, count: number) => () =>
      Array.from({ length: count }, () => Timing.timed(() => step.run(batch, Subject.scalars)))
    steps(eager, warmUp)()
    steps(session, warmUp)()
    const times = await Timing.alternate(turns, { eager: steps(eager, 2), session: steps(session, 4) })
    eager.dispose()
    session.dispose()
    const [slow, fast] = [times["eager"] ?? [], times["session"] ?? []]
    return [
      Timing.told("eager", slow),
      Timing.told("session", fast),
      `eager / session = ${(Timing.median(slow) / Timing.median(fast)).toFixed(2)}`
    ]
  }
}
