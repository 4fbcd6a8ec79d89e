/**
 * One launch of three arms, as its parts tell of it; the first arm explodes.
 */
import type * as Experiment from "../../../dsl/Experiment.ts"
import { Augment, Clip, Dataset, Evaluate, LearningRate, Model, Optimizer, Recipe, Warmup } from "../../../dsl/index.ts"
import type { Evaluation } from "../../../runtime/detect/AveragePrecision.ts"
import type { Diagnosis } from "../../../runtime/fault/Diagnosis.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import type { Course } from "../../../runtime/report/Courses.ts"
import type { CheckedEngine, EngineRow } from "../../../runtime/report/EnginesText.ts"
import type * as LossText from "../../../runtime/report/LossText.ts"
import type { RunDetail, RunRow } from "../../../runtime/report/RunsText.ts"
import type { Validation } from "../../../runtime/report/ValidateText.ts"
import type { AttemptResult, Result, RunResult } from "../../../runtime/run/Result.ts"
import { monitorEvent } from "./events.ts"
import { attemptResult } from "../run/results.ts"

export const cwd = "/home/ada/detector"
export const started = Date.UTC(2026, 2, 9, 14, 5)

const bare = Recipe.make({
  data: Dataset.shapes({ train: 256, val: 64, seed: 7 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.937, nesterov: true, weightDecay: 5e-4 }),
  schedule: LearningRate.cosine({ peak: 0.1, final: 0.001 }),
  augment: Augment.standard({ closing: { steps: 30 } }),
  batch: 8,
  length: { steps: 150 },
  evaluate: Evaluate.every({ steps: 50 })
})
export const clipAndWarmup = Recipe.with(bare, { clip: Clip.globalNorm(1), warmup: Warmup.linear({ steps: 50 }) })

export const experiment: Experiment.Resolved = {
  name: "coldstart-clip",
  question: "Do clipping and warmup let a cold detector train?",
  arms: { bare, "clip + warmup": clipAndWarmup },
  seeds: [0],
  expect: []
}

const identity = { recipe: "a1".repeat(32), graph: "b2".repeat(32), training: "c3".repeat(32), data: null }

const resolved = Plan.resolve(experiment, () => ({
  name: "shapes",
  classes: ["circle", "square", "triangle"],
  images: { train: 256, val: 64 },
  trainFiles: null,
  boxes: { train: 731, val: 180 },
  maxBoxes: 5,
  background: 0,
  boxesByClass: [240, 251, 240],
  medianSide: 0.31,
  leaked: 0,
  leftOut: [],
  fingerprint: null
}))

/** The identities are made up, so that what is kept of reports does not change with what decides them. */
export const plan: Plan.Plan = { ...resolved, arms: resolved.arms.map((arm) => ({ ...arm, identity })) }

const execution = { version: "2.20.0", device: "cpu", threads: 2, mode: "session", reason: null } as const

/** An attempt from the beginning that ended well. */
export const attempt: AttemptResult = attemptResult()

export const failed: RunResult = {
  id: "260309-1405-k3f-1",
  arm: "bare",
  seed: 0,
  status: "failed",
  engine: "tensorflow",
  execution,
  steps: 17,
  partial: false,
  stopped: null,
  best: null,
  metrics: { loss: Infinity, map50: null, map: null, accuracy: null, imagesPerSecond: 96.4, seconds: 4.2 },
  clipRate: 0,
  gradNorm: { median: 22.71, p99: 5.1e12, max: 5.1e12 },
  spikes: 0,
  skipped: 0,
  advice: [],
  attempts: [{
    ...attempt,
    status: "failed",
    fault: { tag: "NonFinite", message: "at step 17 the loss is NaN", step: 17, onset: 15, injected: null }
  }],
  infrastructure: 0,
  remedied: false,
  directory: `${cwd}/.ballast/runs/260309-1405-k3f-1`
}

const succeeded = (id: string, arm: string, loss: number, map50: number, clipRate: number): RunResult => {
  return {
    ...failed,
    id,
    arm,
    status: "succeeded",
    steps: 150,
    metrics: { loss, map50, map: map50 / 2, accuracy: null, imagesPerSecond: 118.23, seconds: 70.4 },
    clipRate,
    gradNorm: { median: 3.117, p99: 22.05, max: 41.9 },
    attempts: [attempt],
    directory: `${cwd}/.ballast/runs/${id}`
  }
}

const fallingLosses = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: 150 }, (_, step) => to + (from - to) * Math.exp(-step / 30) + 0.1 * Math.sin(step))

export const explodingLosses: ReadonlyArray<number> = [...Array.from({ length: 17 }, (_, step) => 6.3 * 1.4 ** step), NaN]

export const result: Result = {
  format: "ballast.result/1",
  experiment: "coldstart-clip",
  launch: "260309-1405-k3f",
  runs: [failed, succeeded("260309-1405-k3f-2", "clip", 2.313, 0.3871, 0.98), succeeded("260309-1405-k3f-3", "clip + warmup", 1.909, 0.4123, 0.335)],
  expectations: [
    { text: "\"clip + warmup\" stays finite", holds: true, observed: "every loss of 1 run is finite" },
    { text: "loss of \"clip + warmup\" below \"clip\"", holds: true, observed: "1.909 is below 2.313" },
    { text: "\"bare\" stays finite", holds: false, observed: "seed 0: at step 17 the loss is NaN" },
    { text: "map50 of \"bare\" above 0.2", holds: null, observed: "\"bare\" was not evaluated" }
  ],
  verdict: "fails"
}

const fallingNorms: ReadonlyArray<number> = Array.from({ length: 150 }, (_, step) => 3 + 20 * Math.exp(-step / 12) + Math.sin(step))

/** One attempt's steps from the beginning; the norms go along with the losses where they are not told. */
export const courseOf = (losses: ReadonlyArray<number>, norms: ReadonlyArray<number> = losses): Course =>
  ({ attempt: 1, from: 0, losses, norms })

const courses: ReadonlyMap<string, ReadonlyArray<Course>> = new Map(result.runs.map(({ arm, id }) => [
  id,
  [
    arm === "bare"
      ? courseOf(explodingLosses)
      : courseOf(arm === "clip" ? fallingLosses(6.3, 2.3) : fallingLosses(6.3, 1.9), fallingNorms)
  ]
]))

export const told: LossText.Told = { of: (run) => courses.get(run) ?? [] }

export const rows: ReadonlyArray<RunRow> = [
  ...result.runs.map(({ arm, id, metrics, seed, status, steps }) => ({
    id,
    experiment: "coldstart-clip",
    arm,
    seed,
    status,
    steps,
    loss: metrics.loss,
    map50: metrics.map50,
    accuracy: null,
    started,
    seconds: metrics.seconds
  })),
  {
    id: "260308-1405-9c2-4",
    experiment: "blood",
    arm: "yolo",
    seed: 3,
    status: "running",
    steps: null,
    loss: null,
    map50: null,
    accuracy: null,
    started: started - 86_400_000,
    seconds: null
  }
]

const [, , best = failed] = result.runs

export const detail: RunDetail = {
  ...best,
  experiment: result.experiment,
  launch: result.launch,
  reason: null,
  started,
  recipe: clipAndWarmup,
  identity,
  revision: { commit: "615640f1c0ffee", dirty: true },
  courses: told.of(best.id),
  evaluations: [
    { step: 50, map: 0.0514, map50: 0.1302, accuracy: null, seconds: 1.9 },
    { step: 100, map: 0.1711, map50: 0.3522, accuracy: null, seconds: 1.9 },
    { step: 150, map: 0.2061, map50: 0.4123, accuracy: null, seconds: 1.8 }
  ],
  monitors: [],
  checkpoints: [{ step: 150, directory: `${best.directory}/attempts/1/checkpoints/step-000150` }]
}

/** A detector that was watched: the class loss drowns the box loss at first, and the box loss the class loss in the end. */
export const watched: RunDetail = {
  ...detail,
  monitors: [
    monitorEvent(0, 1.5, 18),
    monitorEvent(30, 1.6, 8),
    monitorEvent(60, 3, 3),
    monitorEvent(90, 8, 2),
    {
      ...monitorEvent(120, 21.75, 1.5),
      histograms: {
        backbone: { lowest: -18, counts: [1, 3, 20, 80, 200, 420, 700, 800, 400, 90, 12, 1] },
        neck: { lowest: -12, counts: [5, 40, 90, 40, 0, 2] },
        "head.box": { lowest: -40, counts: [900, 2, ...Array.from({ length: 30 }, (_, bin) => bin), 4, 1] },
        "head.class": { lowest: 0, counts: [] }
      }
    }
  ]
}

/** A classifier that stopped early. */
export const classifier: RunDetail = {
  ...detail,
  arm: "classifier",
  steps: 30,
  stopped: "stopped early: in 2 evaluations in a row accuracy did not rise above its best, 0.667 after step 10",
  metrics: { loss: 0.6608, map50: null, map: null, accuracy: 0.6667, imagesPerSecond: 883, seconds: 1.4 },
  courses: [courseOf(fallingLosses(0.72, 0.5).slice(0, 30))],
  evaluations: [
    { step: 10, map: null, map50: null, accuracy: 0.6667, seconds: 0.1 },
    { step: 20, map: null, map50: null, accuracy: 0.6512, seconds: 0.1 },
    { step: 30, map: null, map50: null, accuracy: 0.6667, seconds: 0.1 }
  ],
  monitors: [0, 10, 20].map((step) => {
    const norms = { total: 0.3471 + step / 100, sections: { backbone: 0.3036 + step / 100, head: 0.1683 } }
    return { step, parts: { class: norms }, whole: norms, histograms: null, seconds: 0.03 }
  }),
  checkpoints: []
}

export const exploded: RunDetail = {
  ...detail,
  ...failed,
  recipe: bare,
  courses: [courseOf(explodingLosses)],
  evaluations: [],
  checkpoints: []
}

const diagnosis: Diagnosis = {
  verdict: "explosion",
  node: "head.class.0",
  direction: "forward",
  files: [],
  explanation: "the norm rose 300-fold over the 12 steps before; a tighter clip cures it, the same again does not",
  trials: [
    { change: "same again", cured: false, steps: 12, reason: "at step 17 the loss is NaN" },
    { change: "half the learning rate", cured: true, steps: 40, reason: null },
    { change: "a tighter clip", cured: true, steps: 40, reason: null },
    { change: "another engine", cured: null, steps: 0, reason: "no other engine works on this host" }
  ]
}

/** A run that exploded, was clipped from then on, was broken off by the machine, and ended well. */
export const remedied: RunResult = {
  ...failed,
  status: "succeeded",
  steps: 150,
  metrics: { ...best.metrics, loss: 2.401 },
  clipRate: 0.41,
  gradNorm: best.gradNorm,
  spikes: 3,
  skipped: 2,
  advice: [{
    rule: "retry/remedied",
    message: "it ended on a changed recipe; to begin with that, write clip: Clip.globalNorm(1)",
    change: { clip: Clip.globalNorm(1) }
  }],
  attempts: [
    {
      ...attempt,
      status: "failed",
      fault: { tag: "NonFinite", message: "at step 17 the loss is NaN", step: 17, onset: 15, injected: null },
      diagnosis,
      incident: "260309-1405-k3f-1.1",
      remedy: {
        change: "a tighter clip, from step 10",
        fields: [{ path: "clip", before: Clip.off, after: Clip.globalNorm(1) }],
        engine: null,
        from: 10
      }
    },
    {
      ...attempt,
      number: 2,
      from: 10,
      status: "failed",
      exact: { exact: false, reason: "the training has changed since then" },
      fault: {
        tag: "WorkerLost",
        message: "the training process was ended by SIGKILL",
        step: 80,
        onset: 80,
        injected: "kill@80"
      },
      exit: { code: null, signal: "SIGKILL" },
      remedy: { change: "the same again from step 70", fields: [], engine: null, from: 70 }
    },
    {
      ...attempt,
      number: 3,
      from: 70,
      exact: { exact: true, reason: null },
      remarks: ["the checkpoint step-000075 was refused: weights.safetensors is not what was written"]
    }
  ],
  infrastructure: 1,
  remedied: true
}

const retried: ReadonlyArray<Course> = [
  courseOf(explodingLosses),
  { attempt: 2, from: 10, losses: fallingLosses(6.3, 2.3).slice(10, 80), norms: fallingNorms.slice(10, 80) },
  { attempt: 3, from: 70, losses: fallingLosses(6.3, 2.3).slice(70), norms: fallingNorms.slice(70) }
]

/** The launch in which that happened. */
export const retriedLaunch: { readonly result: Result; readonly told: LossText.Told } = {
  result: {
    ...result,
    runs: [remedied, ...result.runs.slice(1)],
    expectations: [
      { text: "loss of \"clip\" below \"bare\"", holds: null, observed: "\"bare\" finished on a changed recipe" }
    ],
    verdict: "undecided"
  },
  told: { of: (run) => run === remedied.id ? retried : told.of(run) }
}

export const retriedDetail: RunDetail = { ...detail, ...remedied, recipe: bare, courses: retried, evaluations: [], checkpoints: [] }

export const evaluation: Evaluation = {
  format: "ballast.eval/1",
  map: 0.2061,
  map50: 0.4123,
  map75: 0.1834,
  mapSmall: 0.1012,
  mapMedium: 0.2517,
  mapLarge: -1,
  ar1: 0.2,
  ar10: 0.31,
  ar100: 0.334,
  arSmall: 0.21,
  arMedium: 0.351,
  arLarge: -1,
  perClass: [
    { class: "circle", map: 0.31, map50: 0.55, boxes: 88 },
    { class: "square", map: 0.1022, map50: 0.2746, boxes: 1204 },
    { class: "triangle", map: -1, map50: -1, boxes: 0 }
  ]
}

export const engines: ReadonlyArray<EngineRow> = [
  {
    engine: "tensorflow",
    usable: false,
    version: null,
    device: null,
    threads: null,
    reason: "not installed: npx ballast engine install tensorflow"
  },
  { engine: "wasm", usable: true, version: "4.22.0", device: "cpu", threads: 2, reason: null }
]

export const checked: ReadonlyArray<CheckedEngine> = [
  {
    engine: "tensorflow",
    passed: 2,
    failed: 1,
    cases: [
      { case: "conv2d forward", ok: true, error: null },
      { case: "conv2d gradient of the filter", ok: true, error: null },
      { case: "resize nearest, gradient", ok: false, error: "the largest difference is 0.031, at most 1e-4 is right" }
    ]
  },
  { engine: "wasm", passed: 1, failed: 0, cases: [{ case: "conv2d forward", ok: true, error: null }] }
]

export const validation: Validation = {
  experiment: "blood",
  valid: false,
  arms: [
    { arm: "clip + warmup", findings: [] },
    {
      arm: "bare",
      findings: [{
        rule: "clip/off-on-cold-start",
        severity: "warning",
        path: "clip",
        message: "a cold start without clipping and warmup: the gradients of random weights are the largest of a training"
      }]
    }
  ],
  errors: [{ path: "arms.clip.clip.maxNorm", message: "expected a number above 0, got -1" }],
  data: [
    { name: "shapes", images: 320, boxes: 911, leaked: 0, excluded: [] },
    {
      name: "blood-cells",
      images: 290,
      boxes: 3812,
      leaked: 3,
      excluded: [
        { file: "train/labels/BloodImage_00012.txt", line: 4, reason: "the box is 1.2 wide, at most 1 is possible" },
        { file: "train/images/BloodImage_00077.jpg", line: null, reason: "the file is not an image that can be read" },
        ...Array.from({ length: 24 }, (_, index) => ({
          file: `valid/labels/BloodImage_${String(index + 100).padStart(5, "0")}.txt`,
          line: 1,
          reason: "there is no class 7, only 0 to 2"
        }))
      ]
    }
  ]
}
