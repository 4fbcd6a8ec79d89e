import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import * as Inspections from "../../../runtime/serve/Inspections.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { leave } from "../train/inspections.ts"

const using = <A, E>(body: (run: string, folder: string, drawn: Effect.Effect<string>) => Effect.Effect<A, E>) =>
  inTemporaryFolder((folder) =>
    Effect.flatMap(Inspections.Inspections, (inspections) => {
      const run = path.join(folder, "run")
      return body(run, folder, Effect.map(inspections.of("a/1", run), (sections) => sections.map(String).join("")))
    }).pipe(Effect.provide(Inspections.Inspections.layer))
  )

const evaluationOf = (run: string, attempt: number): string => path.join(RunFolder.attemptOf(run, attempt), "evaluation")

const addresses = (markup: string): ReadonlyArray<string> => [...markup.matchAll(/<image href="([^"]*)"/g)].map(([, href = ""]) => href)

describe("Inspections", () => {
  it.live("draws the newest attempt that left something, whose pictures lie elsewhere", () =>
    using((run, _, drawn) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* drawn, "")
        yield* leave(RunFolder.attemptOf(run, 1), [2, 1])
        yield* leave(RunFolder.attemptOf(run, 2), [1, 1, 1], ["red", "white"])
        fs.mkdirSync(RunFolder.attemptOf(run, 3))
        const page = yield* drawn
        for (const heading of ["Detections", "Pictures"]) assert.include(page, `<h2>${heading}</h2>`)
        assert.include(page, "<figcaption>What was found as what")
        assert.lengthOf(addresses(page), 3)
        for (const [place, href] of addresses(page).entries()) assert.match(href, new RegExp(`^/runs/a%2F1/attempts/2/pictures/${place + 1}\\?of=[\\d.]+$`))
        assert.notInclude(page, "data:")
        assert.isBelow(page.length, 50_000)
      })))

  it.live("draws what stands there once, and anew what comes in its place", () =>
    using((run, _, drawn) =>
      Effect.gen(function*() {
        const attempt = RunFolder.attemptOf(run, 1)
        yield* leave(attempt, [1])
        const once = yield* drawn
        const document = path.join(evaluationOf(run, 1), "evaluation.json")
        const { atime, mtime } = fs.statSync(document)
        // The same bytes' number, place and time: nobody reads them again.
        fs.writeFileSync(document, "x".repeat(fs.statSync(document).size))
        fs.utimesSync(document, atime, mtime)
        assert.strictEqual(yield* drawn, once)
        yield* leave(attempt, [3, 2])
        const later = yield* drawn
        assert.lengthOf(addresses(later), 2)
        assert.notInclude(addresses(later), addresses(once)[0])
      })))

  it.live("follows no link, and draws nothing of what is no evaluation", () =>
    using((run, folder, drawn) =>
      Effect.gen(function*() {
        yield* leave(path.join(folder, "other"), [1])
        yield* leave(RunFolder.attemptOf(run, 1), [2])
        fs.mkdirSync(RunFolder.attemptOf(run, 2))
        fs.symlinkSync(path.join(folder, "other/evaluation"), evaluationOf(run, 2))
        fs.mkdirSync(path.join(evaluationOf(run, 3), "evaluation.json"), { recursive: true })
        const [first = ""] = addresses(yield* drawn)
        assert.match(first, /attempts\/1\/pictures\/1\?/)

        const { jpeg } = Inspections.picture(run, 1, 0, null) ?? assert.fail()
        assert.deepStrictEqual([jpeg[0], jpeg[1]], [0xff, 0xd8])
        assert.isNull(Inspections.picture(run, 2, 0, null))
        const picture = path.join(evaluationOf(run, 1), "1.jpg")
        fs.copyFileSync(picture, path.join(evaluationOf(run, 1), "9.jpg"))
        for (const place of [-1, 1, 8, 1e6]) assert.isNull(Inspections.picture(run, 1, place, null), String(place))
        fs.rmSync(picture)
        fs.symlinkSync(path.join(folder, "other/evaluation/1.jpg"), picture)
        assert.isNull(Inspections.picture(run, 1, 0, null))
        fs.rmSync(picture)
        fs.writeFileSync(picture, `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
        assert.isNull(Inspections.picture(run, 1, 0, null))

        fs.mkdirSync(evaluationOf(run, 4), { recursive: true })
        const document = path.join(evaluationOf(run, 4), "evaluation.json")
        fs.writeFileSync(document, "[".repeat(1 << 20))
        assert.strictEqual(yield* drawn, "")
        fs.truncateSync(document, 2 ** 40)
        assert.strictEqual(yield* drawn, "")
      })))

  it.live("tells whether a picture is the one that was asked for", () =>
    using((run, _, drawn) =>
      Effect.gen(function*() {
        const attempt = RunFolder.attemptOf(run, 1)
        yield* leave(attempt, [1])
        const version = new URLSearchParams(addresses(yield* drawn)[0]?.split("?")[1]).get("of")
        assert.isTrue(Inspections.picture(run, 1, 0, version)?.same)
        yield* leave(attempt, [2])
        assert.isFalse(Inspections.picture(run, 1, 0, version)?.same)
        assert.isFalse(Inspections.picture(run, 1, 0, null)?.same)
      })))
})
