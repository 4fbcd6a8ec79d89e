import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { Expect, Feed, Model, Recipe, Trigger } from "../../../dsl/index.ts"
import * as Plan from "../../../runtime/plan/Plan.ts"
import * as PlanText from "../../../runtime/report/PlanText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

describe("PlanText", () => {
  for (const columns of [60, 100]) {
    it(`writes a plan in ${columns} columns`, () =>
      assertGolden(`plan-${columns}`, PlanText.of(Samples.plan, { columns })))
  }

  it("writes an experiment's question, seeds and expectations, and of a further arm what is different", () => {
    const text = Texts.plain(PlanText.of(Samples.plan, {
      columns: 100,
      about: {
        ...Samples.experiment,
        seeds: [0, 1],
        expect: [Expect.diverges("bare")],
        triggers: [Trigger.cron("0 3 * * *", { timeZone: "Europe/Berlin" }), Trigger.pullRequest],
        now: Date.UTC(2026, 9, 24, 12)
      }
    }))
    assert.include(text, "\n  Do clipping and warmup let a cold detector train?\n")
    assert.match(text, /\n {2}seeds +0, 1\n {2}expects +"bare" diverges\n/)
    const [, runs = ""] = /\n {2}runs +(.*)\n/.exec(text.replace(/\n {12,}/g, " ")) ?? []
    assert.strictEqual(
      runs,
      "at 0 3 * * * (cron, Europe/Berlin), next 2026-10-25 03:00; left out while the launch before goes on; makes up for "
        + "the newest missed time for pull requests that change it"
    )
    assert.strictEqual(text.split("SPPF").length, 2)
    const [, after = ""] = text.split("\nclip + warmup, as bare but for\n")
    const [rows = ""] = after.split("\n\n")
    assert.match(rows, /^ {2}update +clip +global norm at most 1\n {2}schedule +150 steps/)
    assert.notMatch(rows, /data|optimizer|memory/)
  })

  it("says which part another arm lacks, and where one is the same", () => {
    const [bare, clipped] = Samples.plan.arms
    assert.isDefined(bare)
    assert.isDefined(clipped)
    const text = Texts.plain(PlanText.of(
      { experiment: "x", arms: [clipped, bare, { ...clipped, arm: "again" }] },
      { columns: 100 }
    ))
    const [, after = ""] = text.split("\nbare, as clip + warmup but for\n")
    assert.match(after, /^ {2}update +clip +none\n/)
    assert.include(text, "\nagain, the same as clip + warmup\n")
  })

  it("says of an arm what of the images it does not show, and where another shows everything", () => {
    const [, clipped] = Samples.plan.arms
    assert.isDefined(clipped)
    const recipe = Recipe.with(clipped.recipe, { feed: Feed.make({ quarantine: ["#7"] }) })
    const purged = { ...clipped, arm: "purged", recipe }
    const of = (...arms: ReadonlyArray<Plan.Arm>) => Texts.plain(PlanText.of({ experiment: "x", arms }, { columns: 100 }))
    assert.match(of(purged), /\n {2}data +generated shapes.*\n(?: {13}.*\n)*? {2}shown +1 image in quarantine \(#7\)\n/)
    assert.match(of(clipped, purged), /\npurged, as clip \+ warmup but for\n {2}shown +1 image in quarantine \(#7\)\n/)
    assert.match(of(purged, clipped), /\nclip \+ warmup, as purged but for\n {2}shown +everything\n/)
  })

  it("shows networks that differ, each once", () => {
    const [bare] = Samples.plan.arms
    assert.isDefined(bare)
    const wide = Plan.resolveArm("wide", Recipe.with(bare.recipe, {
      model: Model.yolo({ size: "n", input: 64 })
    }), bare.facts)
    const text = Texts.plain(PlanText.of({ experiment: "x", arms: [...Samples.plan.arms, wide] }, { columns: 100 }))
    assert.include(text, "\nnetwork of bare and clip + warmup\n")
    assert.include(text, "\nnetwork of wide\n")
    assert.match(text, /\nwide, as bare but for\n {2}model +YOLOv8, depth 0.33, width 0.25, 64 px\n {2}cost /)
  })

  it("lets warnings pass, unless it is strict", () => {
    const [bare] = Samples.plan.arms
    const plan = { ...Samples.plan, arms: bare === undefined ? [] : [bare] }
    assert.match(Texts.plain(PlanText.of(plan, { columns: 100 })), /\ncan run: 2 warnings\n$/)
    assert.match(
      Texts.plain(PlanText.of(plan, { columns: 100, strict: true })),
      /\ncannot run: 2 warnings, and --strict refuses warnings\n$/
    )
  })

  it("fits, whatever arms and classes are called", () => {
    FastCheck.assert(
      FastCheck.property(Texts.text, Texts.columns, (name, columns) => {
        const arms = Samples.plan.arms.map((arm) => ({
          ...arm,
          arm: name,
          facts: arm.facts === null ? null : { ...arm.facts, classes: [name, `${name}2`] }
        }))
        Texts.assertFits(PlanText.of({ experiment: name, arms }, { columns }), columns)
      }),
      { numRuns: 60 }
    )
  })
})
