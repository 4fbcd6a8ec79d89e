import { assert, it } from "@effect/vitest"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { inProject } from "../e2e/project.ts"

interface RunDocument {
  readonly stopped: string | null
  readonly metrics: Readonly<Record<string, number | null>>
  readonly monitors: ReadonlyArray<{
    readonly step: number
    readonly parts: Readonly<Record<string, { readonly total: number }>>
    readonly whole: { readonly sections: Readonly<Record<string, number>> }
    readonly histograms: Readonly<Record<string, { readonly counts: ReadonlyArray<number> }>> | null
  }>
}

const experiment = `
import { Dataset, EarlyStop, Evaluate, Experiment, LearningRate, Loss, Model, Monitor, Optimizer, Recipe } from "ballast"

const detector = Recipe.make({
  data: Dataset.shapes({ train: 16, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.constant(0.001),
  batch: 4,
  length: { steps: 5 },
  monitor: Monitor.every({ steps: 2, histograms: true })
})
const classifier = Recipe.with(detector, {
  model: Model.classifier({ channels: [4], input: 32 }),
  loss: Loss.binaryCrossEntropy(),
  length: { steps: 40 },
  evaluate: Evaluate.every({ steps: 2 }),
  earlyStop: EarlyStop.patience({ evaluations: 2, delta: 1 }),
  monitor: Monitor.off
})

export default Experiment.make("watched", { question: "?", arms: { detector, classifier }, seeds: [0], expect: [] })
`

tensorflow("A run that is watched", () => {
  it("tells the parts' gradients, accuracy and why it stopped early, while it goes and afterwards", () =>
    inProject(async ({ ballast, write }) => {
      write("e.ts", experiment)
      const { code, stderr, stdout } = await ballast("run", "e.ts")
      assert.strictEqual(code, 0, stderr)
      assert.match(stderr, /^detector, seed 0 +2\/5 {2}gradient of box \S+ {2}of class \S+ {2}of dfl \S+ {2}box : class .+$/m)
      assert.match(stderr, /^classifier, seed 0 +2\/40 {2}accuracy 0\.\d{3} /m)
      assert.notMatch(stderr, /^classifier, seed 0 .* gradient of/m)
      const reason = "stopped early: in 2 evaluations in a row accuracy rose by no more than 1 above its best"
      assert.include(stdout.replaceAll(/\s+/g, " "), `classifier, seed 0 ${reason}`)
      assert.match(stdout, /^run .* mAP50 +mAP50-95 +accuracy/m)
      assert.match((await ballast("runs", "list")).stdout, /^run .* mAP50 +accuracy/m)

      const runOf = async (index: number): Promise<RunDocument> => {
        const { runs } = JSON.parse((await ballast("runs", "list", "--json")).stdout) as {
          readonly runs: ReadonlyArray<{ readonly id: string }>
        }
        return JSON.parse((await ballast("runs", "show", runs[index]?.id ?? "", "--json")).stdout) as RunDocument
      }
      const [detector, classifier] = [await runOf(0), await runOf(1)]
      assert.deepStrictEqual(detector.monitors.map(({ step }) => step), [0, 2, 4])
      for (const { histograms, parts, whole } of detector.monitors) {
        assert.deepStrictEqual(Object.keys(parts), ["box", "class", "dfl"])
        assert.deepStrictEqual(Object.keys(whole.sections), ["backbone", "neck", "head.box", "head.class"])
        assert.isAbove(parts["class"]?.total ?? NaN, 0)
        assert.isAbove(histograms?.["neck"]?.counts.length ?? 0, 1)
      }
      assert.isNull(detector.stopped)
      assert.deepStrictEqual(classifier.monitors, [])
      assert.include(classifier.stopped, reason)
      assert.deepStrictEqual([classifier.metrics["map50"], detector.metrics["accuracy"]], [null, null])
      assert.isAbove(classifier.metrics["accuracy"] ?? NaN, 0)

      const shown = await ballast("runs", "show", "last")
      assert.include(shown.stdout.replaceAll(/\s+/g, " "), reason)
    }), 180_000)
})
