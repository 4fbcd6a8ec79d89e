import type { CheckpointEvent, EvalEvent, MonitorEvent, StatusEvent, StepEvent } from "../../../runtime/train/Event.ts"

/** The event of one step of 100. */
export const stepEvent = (step: number, fields: Partial<StepEvent> = {}): StepEvent => ({
  kind: "step",
  run: "r1",
  attempt: 1,
  step,
  totalSteps: 100,
  loss: 3.1425,
  parts: { box: 1.2041, class: 0.9384, dfl: 1 },
  learningRate: 0.0312,
  momentum: 0.9,
  gradNorm: 12.345,
  clipBound: 1,
  clipped: step % 3 === 0,
  finite: true,
  lossScale: 1,
  imagesPerSecond: 118.23,
  ...fields
})

/** A change of phase after `step` steps. */
export const statusEvent = (
  step: number,
  status: StatusEvent["status"],
  detail: string | null = null,
  run = "r1"
): StatusEvent => ({ kind: "status", run, attempt: 1, step, status, detail })

/** An evaluation after `step` steps. */
export const evalEvent = (step: number, fields: Partial<EvalEvent> = {}): EvalEvent => ({
  kind: "eval",
  run: "r1",
  attempt: 1,
  step,
  map: 0.206,
  map50: 0.412,
  accuracy: null,
  seconds: 4.1,
  ...fields
})

/** Gradients before the update of `step`, where the box loss's and the class loss's have these norms. */
export const monitorEvent = (step: number, box: number, classes: number): MonitorEvent => ({
  kind: "monitor",
  run: "r1",
  attempt: 1,
  step,
  parts: {
    box: { total: box, sections: { backbone: 0.6 * box, neck: 0.2 * box, "head.box": 0.7 * box, "head.class": 0 } },
    class: {
      total: classes,
      sections: { backbone: 0.8 * classes, neck: 0.1 * classes, "head.box": 0, "head.class": 0.5 * classes }
    },
    dfl: { total: 2, sections: { backbone: 1.5, neck: 1, "head.box": 0.9, "head.class": 0 } }
  },
  whole: { total: 15.78, sections: { backbone: 15.49, neck: 1.936, "head.box": 1.661, "head.class": 1.619 } },
  histograms: null,
  seconds: 0.25
})

/** A checkpoint after `step` steps. */
export const checkpointEvent = (step: number): CheckpointEvent => ({
  kind: "checkpoint",
  run: "r1",
  attempt: 1,
  step,
  directory: `checkpoints/step-${String(step).padStart(6, "0")}`
})
