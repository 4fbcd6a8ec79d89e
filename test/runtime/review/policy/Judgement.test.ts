import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Clip, Dataset, Expect, type Experiment, Host, Model, Policy, Recipe, Remedy, Retry, Trigger } from "../../../../dsl/index.ts"
import * as Plan from "../../../../runtime/plan/Plan.ts"
import * as Words from "../../../../runtime/plan/rules/Words.ts"
import type * as ArmDiff from "../../../../runtime/review/diff/ArmDiff.ts"
import * as ExperimentDiff from "../../../../runtime/review/diff/ExperimentDiff.ts"
import * as Judgement from "../../../../runtime/review/policy/Judgement.ts"
import { recipe, recipes } from "../../../dsl/recipes.ts"
import { planned } from "../diff/plans.ts"

type Planned = ExperimentDiff.Planned

const everything: ReadonlyArray<Policy.Broadening> = [
  "steps",
  "memory",
  "attempts",
  "clip",
  "seeds",
  "expectations",
  "findings",
  "triggers",
  "host"
]

const clipped = Recipe.with(recipe, { length: { steps: 100 }, clip: Clip.globalNorm(1) })

interface How {
  readonly seconds?: ArmDiff.Seconds
  readonly touched?: (file: string) => boolean
}

const judge = (
  policy: Policy.Policy,
  before: ReadonlyArray<ExperimentDiff.Found>,
  after: ReadonlyArray<ExperimentDiff.Found>,
  { seconds = () => null, touched = () => true }: How = {}
): ReadonlyArray<string> => {
  const diffs = ExperimentDiff.all(before, after, { seconds, touched: () => [] })
  return Judgement.of(policy, { before, after, diffs, seconds, touched }).map(({ arm, experiment, kind, message, policy }) =>
    `${kind} ${policy} ${[experiment, arm].filter((name) => name !== null).join("/")}: ${message}`)
}

const one = (changes: Partial<Omit<Recipe.Recipe, "accepted">>, experiment: Parameters<typeof planned>[1] = {}): Planned =>
  planned({ a: Recipe.with(clipped, changes) }, experiment)

/** An arm whose data is not at hand. */
const far = (length: Recipe.Recipe["length"], batch = 8): Planned => {
  const away = Recipe.with(clipped, { data: Dataset.yolo({ name: "far" }), length, batch })
  return { ...one({}), arms: [Plan.resolveArm("a", away, null)] }
}

const broadening = (before: Planned, after: Planned, approve: ReadonlyArray<Policy.Broadening> = everything) =>
  judge(Policy.make({ approve }), [before], [after])

const limits: Readonly<Record<string, readonly [policy: Parameters<typeof Policy.make>[0], after: Planned, says: ReadonlyArray<string>, how?: How]>> = {
  "steps at the bound": [{ most: { steps: 100 } }, one({}), []],
  "steps beyond it": [
    { most: { steps: 99 } },
    one({}),
    ["violation most.steps e/a: takes 100 steps, and the policy allows 99"]
  ],
  "steps that nobody knows": [
    { most: { steps: 99 } },
    far({ epochs: 3 }),
    ["approval most.steps e/a: how many steps it takes is not known here, without its data, and the policy allows 99"]
  ],
  "memory": [
    { most: { memory: "1 MiB" } },
    one({}),
    [`violation most.memory e/a: takes ${Words.amount(one({}).arms[0]?.cost?.memory.total ?? NaN)} of memory by the plan, and the policy allows 1 MiB`]
  ],
  "memory within": [{ most: { memory: "8 GiB" } }, one({}), []],
  "attempts, each decision counted": [
    { most: { attempts: 4 } },
    one({ retry: Retry.diagnosed({ attempts: 3, again: Retry.again({ times: 2 }) }) }),
    ["violation most.attempts e/a: takes up to 6 attempts, and the policy allows 4"]
  ],
  "attempts of one ladder that faults share": [{ most: { attempts: 4 } }, one({
    retry: Retry.on({ ...Retry.never.on, NonFinite: Retry.climb(Remedy.reorder), Diverged: Retry.climb(Remedy.reorder) })
  }), []],
  "GPU hours by a training that was made": [
    { most: { gpuHours: 1 } },
    one({}),
    ["violation most.gpuHours e/a: takes about 1.5 GPU hours over 2 seeds, and the policy allows 1"],
    { seconds: () => 2700 }
  ],
  "GPU hours by what its host allows": [
    { most: { gpuHours: 7 } },
    one({ host: Host.gpu({ time: "2 hours" }), retry: Retry.diagnosed({ attempts: 1, again: Retry.again({ times: 1 }) }) }),
    ["violation most.gpuHours e/a: takes up to 12 GPU hours over 2 seeds and 3 attempts of 2 hours each, and the policy allows 7"]
  ],
  "GPU hours that nobody knows": [
    { most: { gpuHours: 7 } },
    one({ host: Host.gpu() }),
    [
      "approval most.gpuHours e/a: how many GPU hours it takes is not known here: no training like it was made, and its host sets no `time`, and the policy allows 7"
    ]
  ],
  "no GPU at all": [{ most: { gpuHours: 1 } }, one({ host: Host.make({ device: "cpu" }) }), [], { seconds: () => 1e9 }],
  "a cold start without a clip": [
    { require: { clipOnColdStart: true } },
    one({ clip: Clip.off }),
    ["violation require.clipOnColdStart e/a: starts from random weights and clips nothing, and the policy requires a clip"]
  ],
  "a cold start that the author finds right": [
    { require: { clipOnColdStart: true } },
    planned({ a: Recipe.accept("clip/off-on-cold-start", "It is small.")(Recipe.with(clipped, { clip: Clip.off })) }),
    ["violation require.clipOnColdStart e/a: starts from random weights and clips nothing, and the policy requires a clip"]
  ],
  "a warm start": [
    { require: { clipOnColdStart: true } },
    one({ clip: Clip.off, model: Model.from({ run: "r" }, clipped.model) }),
    []
  ],
  "few seeds by day": [{ require: { seedsAtNight: 3 } }, one({}, { triggers: [Trigger.pullRequest] }), []],
  "few seeds at night": [
    { require: { seedsAtNight: 3 } },
    one({}, { triggers: [Trigger.cron("0 3 * * *")] }),
    ["violation require.seedsAtNight e: runs by a cron with 2 seeds, and the policy requires 3"]
  ]
}

describe("what is new", () => {
  it("is said to be new, and not to have been otherwise", () => {
    const after = planned({ a: clipped, b: Recipe.with(clipped, { batch: 4, retry: Retry.diagnosed() }) })
    assert.deepStrictEqual(
      broadening(one({}), after, ["attempts"]),
      ["approval approve.attempts e/b: is new, and is attempted up to 10 times"]
    )
  })
})

describe("a policy's limits", () => {
  for (const [name, [policy, after, says, how]] of Object.entries(limits)) {
    it(name, () => assert.deepStrictEqual(judge(Policy.make(policy), [], [after], how), says))
  }

  it("say of what is not touched nothing, and of what is as it was nothing that nobody knows", () => {
    const policy = Policy.make({ most: { steps: 1 } })
    assert.deepStrictEqual(judge(policy, [one({})], [one({})], { touched: () => false }), [])
    assert.strictEqual(judge(policy, [one({})], [one({})]).length, 1)
    assert.deepStrictEqual(judge(policy, [far({ epochs: 3 })], [far({ epochs: 3 })]), [])
    assert.strictEqual(judge(policy, [far({ epochs: 2 })], [far({ epochs: 3 })]).length, 1)
  })
})

const night = Trigger.cron("0 3 * * *")
const expecting = (...expect: Experiment.Definition["expect"]): Planned => one({}, { expect })

/** Changes that broaden, each with what is said of it; the other way round none of them does. */
const broader: Readonly<Record<string, readonly [before: Planned, after: Planned, says: ReadonlyArray<string>]>> = {
  "more steps": [one({}), one({ length: { steps: 101 } }), ["approval approve.steps e/a: takes 101 steps, and took 100"]],
  "more epochs of data that is not at hand": [
    far({ epochs: 3 }),
    far({ epochs: 4 }),
    ["approval approve.steps e/a: takes 4 epochs, and took 3"]
  ],
  "more seeds": [
    one({}),
    one({}, { seeds: [0, 1, 2] }),
    ["approval approve.steps e: trains every arm with 3 seeds, and did with 2"]
  ],
  "more attempts": [
    one({}),
    one({ retry: Retry.diagnosed({ attempts: 2, again: Retry.again({ times: 1 }) }) }),
    ["approval approve.attempts e/a: is attempted up to 4 times, and was up to 1"]
  ],
  "a looser clip": [
    one({}),
    one({ clip: Clip.globalNorm(2) }),
    ["approval approve.clip e/a: clips more loosely, by Clip.globalNorm(2), and had Clip.globalNorm(1)"]
  ],
  "a bound on spikes alone that is gone": [
    one({ clip: Clip.zscore() }),
    one({ clip: Clip.zscore({ maxNorm: null }) }),
    ["approval approve.clip e/a: clips more loosely, by Clip.zscore({ maxNorm: null }), and had Clip.zscore()"]
  ],
  "an expectation less": [
    expecting(Expect.finite("a"), Expect.map50("a").above(0.5)),
    expecting(Expect.map50("a").above(0.5)),
    [`approval approve.expectations e: no longer expects "a" stays finite`]
  ],
  "an expectation loosened upwards": [
    expecting(Expect.loss("a").below(1)),
    expecting(Expect.loss("a").below(2)),
    [`approval approve.expectations e: expects loss of "a" below 2, and expected loss of "a" below 1`]
  ],
  "an expectation loosened downwards": [
    expecting(Expect.map("a").above(0.5)),
    expecting(Expect.map("a").above(0.4)),
    [`approval approve.expectations e: expects map of "a" above 0.4, and expected map of "a" above 0.5`]
  ],
  "a trigger": [
    one({}),
    one({}, { triggers: [night] }),
    ["approval approve.triggers e: has a new trigger: 0 3 * * * (UTC, overlap skip, catchUp latest)"]
  ],
  "a GPU": [one({}), one({ host: Host.gpu() }), ["approval approve.host e/a: demands a GPU"]],
  "more of a machine": [
    one({ host: Host.make({ memory: "8 GiB", time: "1 hour", limits: { archive: 1 } }) }),
    one({ host: Host.make({ memory: "9 GiB", time: "2 hours", silence: "20 minutes", labels: { gpu: "h200" }, limits: { archive: 2 } }) }),
    [
      "approval approve.host e/a: demands 9 GiB of memory, and demanded 8 GiB",
      "approval approve.host e/a: may take 2 hours an attempt, and had 1 hour",
      "approval approve.host e/a: may show no sign of life for 20 minutes, and had 10 minutes",
      "approval approve.host e/a: demands a worker with gpu: h200",
      "approval approve.host e/a: has archive: 2 for a limit, and had 1"
    ]
  ]
}

describe("what broadens", () => {
  for (const [name, [before, after, says]] of Object.entries(broader)) {
    it(`${name}, and not the other way round`, () => {
      const approve = everything.filter((part) => part !== "findings")
      assert.deepStrictEqual(broadening(before, after, approve), says)
      assert.deepStrictEqual(broadening(after, before, approve), [])
      assert.deepStrictEqual(broadening(before, after, []), [])
    })
  }

  it("is a bigger batch's memory, and no smaller one's", () => {
    const [said = "", ...others] = broadening(one({}), one({ batch: 16 }), ["memory"])
    assert.match(said, /^approval approve\.memory e\/a: takes [\d.]+ MiB of memory by the plan, and took [\d.]+ MiB$/)
    assert.deepStrictEqual(others, [])
    assert.deepStrictEqual(broadening(one({ batch: 16 }), one({}), ["memory"]), [])
  })

  it("is what may be more where the data that would tell is not at hand", () => {
    assert.deepStrictEqual(broadening(far({ epochs: 3 }), far({ epochs: 3 }, 4), ["steps", "memory"]), [
      "approval approve.steps e/a: may take more steps than before, which is not known here, without its data",
      "approval approve.memory e/a: may take more memory than before, which is not known here, without its data"
    ])
  })

  it("is a new warning, and the answer to one", () => {
    const bare = one({ clip: Clip.off })
    const answered = planned({ a: Recipe.accept("clip/off-on-cold-start", "It is small.")(Recipe.with(clipped, { clip: Clip.off })) })
    assert.deepStrictEqual(broadening(one({}), bare, ["findings"]), [
      "approval approve.findings e/a: has a new warning, clip/off-on-cold-start"
    ])
    assert.deepStrictEqual(broadening(bare, answered, ["findings"]), [
      `approval approve.findings e/a: answers clip/off-on-cold-start with "It is small."`
    ])
    assert.deepStrictEqual(broadening(bare, one({}), ["findings"]), [])
  })

  it("is fewer seeds at night, and none by day", () => {
    const [many, few] = [[0, 1, 2], [0, 1]].map((seeds) => one({}, { seeds, triggers: [night] })) as [Planned, Planned]
    assert.deepStrictEqual(broadening(many, few), ["approval approve.seeds e: runs by a cron with 2 seeds, and had 3"])
    assert.deepStrictEqual(broadening(one({}, { seeds: [0, 1, 2] }), one({})), [])
  })

  it("is no more seeds of steps that are so many fewer", () =>
    assert.deepStrictEqual(broadening(one({}), one({ length: { steps: 50 } }, { seeds: [0, 1, 2, 3] })), []))

  it("is all that an arm or an experiment takes that is new", () => {
    const approve = ["steps", "clip", "host"] as const
    const bare = Recipe.with(clipped, { clip: Clip.off, host: Host.gpu() })
    const says = [
      "approval approve.steps e/b: is new, and takes 100 steps",
      "approval approve.clip e/b: is new, and clips nothing",
      "approval approve.host e/b: demands a GPU"
    ]
    assert.deepStrictEqual(judge(Policy.make({ approve }), [one({})], [planned({ a: clipped, b: bare })]), says)
    assert.deepStrictEqual(judge(Policy.make({ approve }), [], [planned({ b: bare })]), says)
    // One that takes the name of another is no less new.
    const twice = planned({ a: Recipe.with(clipped, { length: { steps: 90 } }) }, { file: "experiments/f.ts" })
    assert.include(judge(Policy.make({ approve }), [one({})], [one({}), twice]), "approval approve.steps e/a: is new, and takes 90 steps")
  })

  it("is nothing where only names change", () => {
    const renamed = planned({ b: clipped }, { name: "f", file: "experiments/f.ts", expect: [Expect.finite("b")] })
    assert.deepStrictEqual(judge(Policy.make({ approve: everything }), [expecting(Expect.finite("a"))], [renamed]), [])
  })

  it("is an experiment that goes with what was expected of it", () => {
    assert.deepStrictEqual(judge(Policy.make({ approve: everything }), [expecting(Expect.finite("a"))], []), [
      `approval approve.expectations e: is removed, and no longer expects "a" stays finite`
    ])
    assert.deepStrictEqual(judge(Policy.make({ approve: everything }), [one({})], []), [])
  })

  it("is nothing where nothing changes, and no figure grows both ways", () =>
    fc.assert(fc.property(recipes, recipes, (before, after) => {
      const [then, now] = [before, after].map(({ host }) => one({ host })) as [Planned, Planned]
      assert.deepStrictEqual(broadening(then, then), [])
      const figures = (said: ReadonlyArray<string>) => said.map((text) => text.replace(/,.*| \d\S* \S+/g, ""))
      const back = figures(broadening(now, then))
      assert.deepStrictEqual(figures(broadening(then, now)).filter((text) => back.includes(text)), [])
    }), { numRuns: 40 }))

  it("comes after what violates", () => {
    const both = judge(Policy.make({ most: { steps: 100 }, approve: ["steps"] }), [one({})], [one({ length: { steps: 200 } })])
    assert.deepStrictEqual(both.map((text) => text.split(" ")[0]), ["violation", "approval"])
  })
})
