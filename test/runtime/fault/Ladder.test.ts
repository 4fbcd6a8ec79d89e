import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { Clip, type Fault, Feed, Recipe, Remedy, Retry, Warmup } from "../../../dsl/index.ts"
import type { Trial, Verdict } from "../../../runtime/fault/Diagnosis.ts"
import * as Ladder from "../../../runtime/fault/Ladder.ts"
import type { Situation } from "../../../runtime/fault/Remedies.ts"
import * as Identity from "../../../runtime/plan/Identity.ts"
import { retries } from "../../dsl/retries.ts"
import { faultTags, recipe, situation, trial } from "./situations.ts"

const middle = (): number => 0.5

const next = (retry: Retry.Retry, of: Partial<Situation> = {}, past: ReadonlyArray<Ladder.Past> = []): Ladder.Next =>
  Ladder.next(retry, past, { ...situation, ...of }, middle)

/** Remembers what was decided on a fault. */
const remember = (at: Situation, decided: Ladder.Past["decided"]): Ladder.Past => ({
  fault: at.fault,
  step: at.step,
  recipe: Identity.ofRecipe(at.recipe),
  engine: at.engine,
  decided
})

/** One fault after another on what the ladder decides, each told of by what it differs in from the situation before. */
const follow = (retry: Retry.Retry, faults: ReadonlyArray<Partial<Situation>>): ReadonlyArray<Ladder.Next> => {
  let at = situation
  let past: ReadonlyArray<Ladder.Past> = []
  return faults.map((fault) => {
    at = { ...at, onset: fault.step ?? at.onset, ...fault }
    const decided = Ladder.next(retry, past, at, middle)
    if (decided.kind !== "stop") past = [...past, remember(at, decided)]
    if (decided.kind === "remedy") at = { ...at, recipe: decided.recipe, engine: decided.engine }
    return decided
  })
}

/** The tags of the remedies that were decided on, or why the run ends. */
const tags = (next: Ladder.Next): ReadonlyArray<string> | string => {
  switch (next.kind) {
    case "stop":
      return next.reason
    case "again":
      return `again after ${next.seconds} seconds`
    case "remedy":
      return next.rung.map(({ _tag }) => _tag)
  }
}

const diagnosis = (verdict: Verdict, ...trials: ReadonlyArray<Trial>) => ({ diagnosis: { verdict, trials } })
const nothing = {}

describe("Ladder.next, where the recipe stops", () => {
  it("stops at every fault", () => {
    for (const fault of Object.keys(Retry.never.on) as ReadonlyArray<Fault.Fault["_tag"]>) {
      assert.strictEqual(tags(next(Retry.never, { fault })), `the recipe stops at ${fault}`)
    }
  })
})

describe("Ladder.next, climbing", () => {
  const retry = Retry.ladder(Remedy.rollBack(), Remedy.tightenClip(), [
    Remedy.scaleLearningRate(),
    Remedy.rollBack({ steps: 9 })
  ])

  it("takes one rung after the other on top of those before, and then stops", () => {
    const [first, second, third, last] = follow(retry, [diagnosis("transient"), { step: 40 }, { step: 50 }, nothing])
    assert.deepStrictEqual([first, second, third].map((next) => next === undefined ? [] : tags(next)), [
      ["RollBack"],
      ["TightenClip"],
      ["ScaleLearningRate", "RollBack"]
    ])
    assert.strictEqual(third?.kind === "remedy" ? third.back : NaN, 9)
    assert.deepStrictEqual(third?.kind === "remedy" ? third.recipe.clip : null, Clip.globalNorm(1))
    assert.deepStrictEqual(last, { kind: "stop", reason: "every rung of the ladder was tried" })
  })

  it("passes over what cannot be taken, says why, and comes back to it once it can", () => {
    const [first, second] = follow(retry, [diagnosis("explosion"), { ...diagnosis("transient"), step: 60 }])
    assert.deepStrictEqual(first?.kind === "remedy" ? first.passedOver : null, [
      { rung: [Remedy.rollBack()], reason: "nothing shows that the fault passes by itself" }
    ])
    assert.deepStrictEqual(second?.kind === "remedy" ? tags(second) : null, ["RollBack"])
  })

  it("says of every rung that is left why it cannot be taken", () => {
    assert.strictEqual(
      tags(next(Retry.ladder(Remedy.quarantineSample, Remedy.switchEngine("tensorflow")))),
      "no rung is left that fits: without the images that it was traced to (the fault was traced to no image); "
        + "the engine tensorflow (tensorflow is the engine that it failed on)"
    )
  })

  it("has equal rungs each taken once, and faults that share a ladder climb it together", () => {
    const twice = Retry.ladder(Remedy.tightenClip(), Remedy.tightenClip())
    const clips = follow(twice, [nothing, { fault: "Diverged" }, nothing]).map((next) =>
      next.kind === "remedy" ? next.recipe.clip : next.kind
    )
    assert.deepStrictEqual(clips, [Clip.globalNorm(1), Clip.globalNorm(0.5), "stop"])
    const apart = Retry.on({
      ...Retry.never.on,
      NonFinite: Retry.climb(Remedy.tightenClip()),
      Diverged: Retry.climb(Remedy.tightenClip(), Remedy.reorder)
    })
    assert.deepStrictEqual(follow(apart, [nothing, { fault: "Diverged" }, { fault: "NonFinite" }]).map(tags), [
      ["TightenClip"],
      ["TightenClip"],
      "every rung of the ladder was tried"
    ])
  })

  it("stops at a first step that fails, which nothing comes before", () => {
    assert.strictEqual(
      tags(next(Retry.ladder(Remedy.tightenClip()), { step: 0, onset: 0 })),
      "no rung is left that fits: a tighter clip (the first step failed, and no step was taken before)"
    )
  })

  it("takes nothing that failed before where it would come by again", () => {
    const climb = Retry.ladder(Remedy.switchEngine(), Remedy.switchEngine())
    assert.deepStrictEqual(follow(climb, [nothing, { step: 31 }]).map(tags), [["SwitchEngine"], ["SwitchEngine"]])
    assert.deepStrictEqual(follow(climb, [nothing, { step: 29 }]).map(tags), [
      ["SwitchEngine"],
      "no rung is left that fits: another engine (this very recipe and engine failed at step 30 before)"
    ])
  })
})

describe("Ladder.next, diagnosing", () => {
  const retry = Retry.diagnosed()

  const cases: ReadonlyArray<readonly [Partial<Situation>, ReadonlyArray<string> | string]> = [
    [diagnosis("transient"), ["RollBack"]],
    [{ ...diagnosis("bad-data"), suspects: ["#3"] }, ["QuarantineSample"]],
    [diagnosis("bad-data"), ["SkipBatches"]],
    [{
      ...diagnosis("bad-data"),
      suspects: ["#3"],
      recipe: Recipe.with(recipe, { feed: Feed.make({ quarantine: ["#3"] }) })
    }, ["SkipBatches"]],
    [diagnosis("engine-fault"), ["SwitchEngine"]],
    [{ ...diagnosis("engine-fault"), engines: ["tensorflow"] },
      "nothing is left that fits: another engine (no other engine works on this host)"],
    [diagnosis("bad-graph"), "no change of the recipe cures a node that is not finite whatever is changed around it"],
    [{ diagnosis: null }, ["RollBack", "TightenClip"]],
    [{ fault: "OutOfMemory", diagnosis: null }, ["HalveBatch"]],
    [{ fault: "OutOfMemory", ...diagnosis("transient") }, ["HalveBatch"]],
    [{ fault: "EngineFault", diagnosis: null }, ["SwitchEngine"]],
    [{ fault: "EngineFault", ...diagnosis("transient") }, ["RollBack"]],
    [{ fault: "DataFault", diagnosis: null, suspects: ["#4"] }, ["QuarantineSample"]],
    [{ fault: "DataFault" }, "the data cannot be used, and no image of it is to blame"]
  ]
  for (const [of, expected] of cases) {
    const { diagnosis, fault = "NonFinite", suspects = [] } = of
    const verdict = diagnosis?.verdict ?? "not looked into"
    it(`takes ${String(expected)} where ${fault} is ${verdict} with ${suspects.length} files`, () =>
      assert.deepStrictEqual(tags(next(retry, of)), expected))
  }

  it("skips the batch of the failing step", () => {
    const decided = next(retry, diagnosis("bad-data"))
    assert.deepStrictEqual(decided.kind === "remedy" ? decided.recipe.feed.skip : null, [{ from: 30, steps: 1 }])
  })

  const clipped = Recipe.with(recipe, { clip: Clip.globalNorm(1) })
  const explosions: ReadonlyArray<readonly [string, Partial<Situation>, string]> = [
    ["a first bound where nothing bounds the gradient, before what a trial cured", {
      ...diagnosis("explosion", trial("half the learning rate", true))
    }, "TightenClip"],
    ["not that bound if its own trial did not cure", {
      ...diagnosis("explosion", trial("a tighter clip", false), trial("half the learning rate", true))
    }, "ScaleLearningRate"],
    ["what a trial cured", {
      recipe: clipped,
      ...diagnosis("explosion", trial("half the learning rate", true))
    }, "ScaleLearningRate"],
    ["the bound first where both trials cured", {
      recipe: clipped,
      ...diagnosis("explosion", trial("half the learning rate", true), trial("a tighter clip", true))
    }, "TightenClip"],
    ["the warmup where neither trial cured", {
      recipe: Recipe.with(clipped, { warmup: Warmup.linear({ steps: 20 }) }),
      ...diagnosis("explosion", trial("half the learning rate", false), trial("a tighter clip", false))
    }, "ExtendWarmup"],
    ["the bound where no trial was made", {
      recipe: clipped,
      ...diagnosis("explosion", trial("half the learning rate", null), trial("a tighter clip", null))
    }, "TightenClip"]
  ]
  for (const [what, of, expected] of explosions) {
    it(`takes against an explosion ${what}`, () => assert.deepStrictEqual(tags(next(retry, of)), ["RollBack", expected]))
  }

  it("takes other remedies as an explosion goes on, and goes back twice as far each time", () => {
    const both = diagnosis("explosion", trial("half the learning rate", true), trial("a tighter clip", true))
    const decided = follow(Retry.diagnosed({ attempts: 5 }), [both, nothing, nothing, nothing, { step: 60 }])
    assert.deepStrictEqual(decided.map((next) => next.kind === "remedy" ? [next.rung[1]?._tag, next.back] : next), [
      ["TightenClip", 50],
      ["ScaleLearningRate", 100],
      ["TightenClip", 200],
      ["ScaleLearningRate", 400],
      ["TightenClip", 800]
    ])
    const last = decided.at(-1)
    assert.deepStrictEqual(last?.kind === "remedy" ? last.recipe.clip : null, Clip.globalNorm(0.25))
  })

  it("makes at most so many attempts, whatever the faults and however far it gets between them", () => {
    const faults: ReadonlyArray<Partial<Situation>> = [
      { step: 10 },
      { step: 50, fault: "OutOfMemory" },
      { step: 90, fault: "DataFault", suspects: ["#1"] }
    ]
    const decided = follow(Retry.diagnosed({ attempts: 2 }), faults)
    assert.deepStrictEqual(decided.map(({ kind }) => kind), ["remedy", "remedy", "stop"])
    assert.strictEqual(decided.map(tags)[2], "the recipe has 2 remedied attempts at most, and no more is left")
  })

  it("believes a passing fault once at a step, and changes something the second time", () => {
    assert.deepStrictEqual(
      follow(retry, [diagnosis("transient"), nothing, { step: 31 }]).map(tags),
      [["RollBack"], ["RollBack", "TightenClip"], ["RollBack"]]
    )
  })
})

describe("Ladder.next, trying again", () => {
  const retry = Retry.diagnosed({ again: Retry.again({ times: 4, first: "2 seconds", most: "10 seconds", jitter: 0.5 }) })
  const lost = { fault: "WorkerLost" } as const

  it("waits longer each time, up to the most, and stops after so many times", () => {
    assert.deepStrictEqual(follow(retry, [lost, { fault: "Timeout" }, lost, lost, lost]).map(tags), [
      "again after 1.5 seconds",
      "again after 3 seconds",
      "again after 6 seconds",
      "again after 7.5 seconds",
      "the recipe has it tried again 4 times at most, and no more is left"
    ])
  })

  it("counts apart from remedies, and is not counted among them", () => {
    const decided = follow(Retry.diagnosed({ attempts: 1, again: Retry.again({ times: 1 }) }), [
      lost,
      { fault: "NonFinite" },
      lost,
      { fault: "NonFinite" }
    ])
    assert.deepStrictEqual(decided.map(({ kind }) => kind), ["again", "remedy", "stop", "stop"])
    assert.deepStrictEqual(decided.map((next) => next.kind === "again" ? next.count : 0), [1, 0, 0, 0])
  })

  it("draws the share of the wait that jitter says", () => {
    const waits = [0, 1].map((drawn) => Ladder.next(retry, [], { ...situation, ...lost }, () => drawn))
    assert.deepStrictEqual(waits.map(tags), ["again after 1 seconds", "again after 2 seconds"])
  })
})

const faults = fc.array(
  fc.record({
    fault: faultTags,
    step: fc.nat(99),
    suspects: fc.array(fc.nat(30).map((index) => `#${index}`), { maxLength: 2 }),
    diagnosis: fc.option(fc.record({
      verdict: fc.constantFrom<Verdict>("transient", "bad-data", "explosion", "bad-graph", "engine-fault"),
      trials: fc.array(
        fc.tuple(
          fc.constantFrom<Trial["change"]>("same again", "a tighter clip", "half the learning rate"),
          fc.option(fc.boolean())
        ).map(([change, cured]) => trial(change, cured)),
        { maxLength: 3 }
      )
    }))
  }),
  { minLength: 10, maxLength: 40 }
)

const most = (decision: Retry.Change | Retry.Repeat): number => {
  switch (decision._tag) {
    case "Stop":
      return 0
    case "Climb":
      return decision.rungs.length
    case "Diagnose":
      return decision.attempts
    case "Again":
      return decision.times
  }
}

describe("Any course of faults", () => {
  it("is bounded in remedies and in tries again, each by its own decision", () => {
    fc.assert(fc.property(retries, faults, (retry, faults) => {
      const bounds = new Map(Object.values(retry.on).map((decision) => [JSON.stringify(decision), most(decision)]))
      const counts = new Map<string, number>()
      follow(retry, faults).forEach((next, index) => {
        if (next.kind === "stop") return
        const decision = retry.on[faults[index]?.fault ?? "NonFinite"]
        const key = JSON.stringify(decision)
        counts.set(key, (counts.get(key) ?? 0) + 1)
        assert.strictEqual(next.kind, decision._tag === "Again" ? "again" : "remedy")
      })
      for (const [key, count] of counts) assert.isAtMost(count, bounds.get(key) ?? 0)
    }))
  })

  it("never goes on unchanged from a fault that does not pass by itself, nor twice from one step", () => {
    fc.assert(fc.property(retries, faults, (retry, faults) => {
      let before = { recipe: Identity.ofRecipe(recipe), engine: situation.engine }
      const unchanged = new Set<string>()
      follow(retry, faults).forEach((next, index) => {
        if (next.kind !== "remedy") return
        const after = { recipe: Identity.ofRecipe(next.recipe), engine: next.engine }
        if (after.recipe === before.recipe && after.engine === before.engine) {
          const { diagnosis, step } = faults[index] ?? situation
          assert.strictEqual(diagnosis?.verdict, "transient")
          const key = JSON.stringify([after, step])
          assert.isFalse(unchanged.has(key))
          unchanged.add(key)
        }
        assert.isTrue(Result.isSuccess(Recipe.decode(next.recipe)))
        before = after
      })
    }))
  })

  it("waits no longer than the most, and no less than what is not drawn", () => {
    fc.assert(fc.property(retries, fc.double({ min: 0, max: 1, noNaN: true }), (retry, drawn) => {
      const next = Ladder.next(retry, [], { ...situation, fault: "Preempted" }, () => drawn)
      const { Preempted: decision } = retry.on
      if (next.kind !== "again" || decision._tag !== "Again") return assert.strictEqual(next.kind, "stop")
      assert.isAtLeast(next.seconds, 0)
      assert.isAtMost(next.seconds, 1800)
    }))
  })
})
