import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as ReportFile from "../../../../runtime/review/report/ReportFile.ts"
import * as reports from "./reports.ts"

let folder = ""
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-report-"))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const refusal = async (content: string | Uint8Array): Promise<string> => {
  const file = path.join(folder, "some.json")
  fs.writeFileSync(file, content)
  const error = await Effect.runPromise(Effect.flip(ReportFile.read(file)))
  assert.isTrue(error.message.startsWith(`${file} is no report of ballast review: `))
  return error.message.slice(file.length)
}

describe("ReportFile", () => {
  it("reads a folder's report, or a file", async () => {
    fs.writeFileSync(path.join(folder, "review.json"), reports.written(reports.report))
    for (const name of [folder, path.join(folder, "review.json")]) {
      assert.strictEqual((await Effect.runPromise(ReportFile.read(name))).diff.policy?.objections.length, 2)
    }
  })

  it("refuses what is too large, no text, no JSON, or no report", async () => {
    assert.match(await refusal(`"${"x".repeat(10 << 20)}"`), /larger than 8 MiB/)
    assert.match(await refusal(Buffer.from([0x22, 0xff, 0x22])), /no text in UTF-8/)
    assert.match(await refusal("## Markdown"), /no JSON/)
    assert.match(await refusal(`{ "format": "ballast.diff/1" }`), /format: expected/)
  })

  it("follows no link, and says where nothing is", async () => {
    const link = path.join(folder, "link.json")
    fs.symlinkSync(path.join(folder, "review.json"), link)
    const linked = await Effect.runPromise(Effect.flip(ReportFile.read(link)))
    assert.match(linked.message, /it is no file/)
    const missing = await Effect.runPromise(Effect.flip(ReportFile.read(path.join(folder, "missing"))))
    assert.match(missing.message, /ballast review --out FOLDER writes one/)
  })
})
