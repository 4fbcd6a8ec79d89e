import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as LaunchPage from "../../../../runtime/report/html/LaunchPage.ts"
import { escape } from "../../../../runtime/report/html/Html.ts"
import * as RunPage from "../../../../runtime/report/html/RunPage.ts"
import * as FaultText from "../../../../runtime/report/FaultText.ts"
import { failedRun, runResult } from "../../run/results.ts"
import type { AttemptResult } from "../../../../runtime/run/Result.ts"
import type { Event, IncidentEvent } from "../../../../runtime/train/Event.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import { inspect } from "../../train/inspections.ts"
import { evalEvent, monitorEvent, stepEvent } from "../events.ts"
import { factsOf, hostile } from "./pages.ts"

/** All that a page may be made of; anything else would be a name that was read as markup. */
const elements = new Set(
  ("html meta title style body main section h1 h2 h3 p small span strong code pre dl div dt dd table thead tbody tr th td time figure figcaption ul li i "
    + "details summary em svg image rect path text g defs clipPath").split(" ")
)

const tags = (page: string): ReadonlyArray<string> =>
  [...new Set([...page.replace(/<style>[^]*?<\/style>/, "").matchAll(/<([a-z]\w*)/gi)].map(([, name = ""]) => name))]

const titles = (page: string): ReadonlyArray<string> =>
  [...page.matchAll(/<figcaption>([^<]*)/g)].map(([, title = ""]) => title.trim())

const incident: IncidentEvent = {
  kind: "incident",
  run: "r1",
  attempt: 1,
  step: 40,
  directory: "incident",
  tag: "NonFinite",
  message: hostile
}

const failed: AttemptResult = {
  number: 1,
  from: 0,
  status: "failed",
  fault: { tag: "NonFinite", message: hostile, step: 40, onset: 40, injected: null },
  diagnosis: {
    verdict: "explosion",
    node: hostile,
    direction: "forward",
    files: [{ file: hostile, row: 3, reason: hostile }],
    explanation: hostile,
    trials: [{ change: "a tighter clip", cured: true, steps: 12, reason: hostile }]
  },
  remedy: { change: hostile, fields: [], engine: null, from: 30 },
  exact: null,
  incident: "r1.1",
  exit: null,
  memory: null,
  remarks: [hostile]
}

/** A run of two attempts, the second of which goes on from step 30. */
const events: ReadonlyArray<Event> = [
  ...Array.from({ length: 40 }, (_, step) => stepEvent(step, { loss: 10 - step / 10, gradNorm: 1 + step })),
  incident,
  ...Array.from({ length: 70 }, (_, step) => stepEvent(30 + step, { attempt: 2, loss: step === 5 ? NaN : 4 })),
  { ...monitorEvent(20, 1, 2) },
  { ...monitorEvent(60, 1, 2), attempt: 2 },
  { ...evalEvent(50), attempt: 2 },
  { ...evalEvent(100), attempt: 2 }
]

describe("RunPage", () => {
  it.effect("is made of its own markup alone, whatever a run's names and messages are", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const { document, pictures } = inspect([1, 2], [hostile, hostile])
        const worst = document.worst.map((image) => ({ ...image, file: hostile }))
        const seen = { document: { ...document, worst }, pictures: pictures.map(() => Buffer.from("a picture")) }
        const facts = yield* factsOf(folder, events, { arm: hostile, attempts: [failed], advice: [{ rule: hostile, message: hostile, change: null }] })
        for (const page of [
          yield* Effect.promise(() => RunPage.of(facts, seen)),
          yield* Effect.promise(() => LaunchPage.of({
            result: { experiment: hostile, launch: hostile, expectations: [{ text: hostile, holds: null, observed: hostile }], verdict: "undecided" },
            runs: [facts, { ...facts, arm: `${hostile}2` }]
          }))
        ]) {
          assert.deepStrictEqual(tags(page).filter((tag) => !elements.has(tag)), [])
          assert.notMatch(page.replaceAll("&quot;", ""), /"><img|<script|javascript:/)
          assert.notMatch(page.replace("http-equiv", ""), /https?:\/\/(?!www\.w3\.org\/)|url\((?!#)|<link|@import/)
          assert.include(page, "&lt;script&gt;alert(&#39;x&#39;)")
        }
      })
    ), 30_000)

  it.effect("draws what there is, and what a later attempt has taken again beside it", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const page = yield* Effect.promise(async () => RunPage.of(await Effect.runPromise(factsOf(folder, events))))
        assert.deepStrictEqual(titles(page), [
          "Loss",
          "Parts of the loss, after their gains",
          "Gradient norm before clipping",
          "Steps that were clipped, in %",
          "Learning rate",
          "Evaluations",
          "Gradient norms by section",
          "Gradient norms of the loss&#39;s parts",
          "Images a second"
        ])
        for (const said of ["taken again", "an attempt begins", "fault", "head.class", "bound"]) assert.include(page, `</i> ${said}</li>`)
        assert.match(page, /stroke="var\(--quiet\)"/)
        assert.notMatch(page, /NaN,|LNaN|MNaN/)
      })
    ), 30_000)

  it.effect("says first why a run failed and what is worth a try, and of one that never trained no figures that it has not", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const run = failedRun("NonFinite", { directory: folder })
        const facts = { ...(yield* factsOf(folder, events)), status: "failed" as const }
        const page = yield* Effect.promise(() => RunPage.of({ ...facts, result: run }))
        const [, cause = ""] = /<div class="cause">([^]*?)<\/div>/.exec(page) ?? []
        assert.include(cause, FaultText.of(run))
        for (const worth of FaultText.remedies(run, folder)) assert.include(cause, `<li>${escape(worth)}</li>`)
        assert.isBelow(page.indexOf("Worth a try"), page.indexOf("<h2>"))
        const never = yield* Effect.promise(() => RunPage.of({ ...facts, result: { ...run, steps: 0 } }))
        assert.notMatch(never, /<dt>(loss|gradient norm, median)<\/dt>/)
        assert.include(page, "<dt>gradient norm, median</dt>")
        assert.notInclude(yield* Effect.promise(() => RunPage.of({ ...facts, status: "succeeded", result: runResult({ directory: folder }) })), "Worth a try")
      })
    ), 30_000)

  it.effect("stands where a run has told nothing yet", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const facts = yield* factsOf(path.join(folder, "nothing"), [])
        const page = yield* Effect.promise(() => RunPage.of({ ...facts, result: null, attempts: [], status: "waiting" }))
        assert.deepStrictEqual(titles(page), [])
        assert.include(page, "waiting")
      })
    ))
})
