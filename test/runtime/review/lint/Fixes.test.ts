import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Edit } from "../../../../runtime/review/lint/Edit.ts"
import * as Fixes from "../../../../runtime/review/lint/Fixes.ts"
import * as SourceText from "../../../../runtime/review/lint/SourceText.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"

const edit = FastCheck.tuple(FastCheck.nat(30), FastCheck.nat(6), FastCheck.string({ maxLength: 3 }))
  .map(([start, length, text]): Edit => ({ start: Math.min(start, 20), end: Math.min(start + length, 20), text }))

describe("Fixes.apply", () => {
  it("keeps every character outside of what it edits, and takes a fix as a whole or not at all", () => {
    const text = "0123456789abcdefghij"
    FastCheck.assert(FastCheck.property(FastCheck.array(FastCheck.array(edit, { minLength: 1, maxLength: 3 })), (groups) => {
      const fixes = groups.filter((fix) => Fixes.apply(text, [fix]).applied === 1 && new Set(fix.map(({ start }) => start)).size === fix.length)
        .map((fix) => fix.toSorted((left, right) => left.start - right.start))
        .filter((fix) => fix.every(({ start }, index) => index === 0 || (fix[index - 1]?.end ?? 0) < start))
      const { applied, text: after } = Fixes.apply(text, fixes)
      // Taken one by one from the end, those that were taken come to the same.
      const taken: Array<Edit> = []
      let count = 0
      for (const fix of fixes) {
        const apart = fix.every((one) => taken.every((other) =>
          one.end < other.start || other.end < one.start
          || (one.start < one.end && other.start < other.end && (one.end === other.start || other.end === one.start))
        ))
        if (!apart) continue
        taken.push(...fix)
        count++
      }
      const expected = taken.toSorted((left, right) => right.start - left.start)
        .reduce((now, { end, start, text }) => now.slice(0, start) + text + now.slice(end), text)
      assert.strictEqual(applied, count)
      assert.strictEqual(after, expected)
    }))
  })

  it("leaves the second of two that insert at one place", () => {
    const insert = (text: string): ReadonlyArray<Edit> => [{ start: 1, end: 1, text }]
    assert.deepStrictEqual(Fixes.apply("ab", [insert("x"), insert("y")]), { text: "axb", applied: 1 })
  })
})

describe("Fixes.write", () => {
  const change = (file: string, before: string, after: string): Fixes.Change => ({
    path: file,
    before: SourceText.of(before),
    after: SourceText.of(after)
  })

  it.effect("writes a file anew, with its mode, through a link, and leaves nothing beside it", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const file = path.join(folder, "a.ts")
        const link = path.join(folder, "link.ts")
        fs.writeFileSync(file, "\ufeffone\r\n", { mode: 0o640 })
        fs.symlinkSync(file, link)
        yield* Fixes.write([change(link, "\ufeffone\r\n", "\ufefftwo\r\n")])
        assert.strictEqual(fs.readFileSync(file, "utf8"), "\ufefftwo\r\n")
        assert.strictEqual(fs.statSync(file).mode & 0o777, 0o640)
        assert.isTrue(fs.lstatSync(link).isSymbolicLink())
        assert.sameMembers(fs.readdirSync(folder), ["a.ts", "link.ts"])
      })))

  it.effect("leaves a file that has changed meanwhile, says so, and writes the others", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const [first, second] = [path.join(folder, "a.ts"), path.join(folder, "b.ts")]
        fs.writeFileSync(first, "other")
        fs.writeFileSync(second, "one")
        const failed = yield* Effect.flip(Fixes.write([change(first, "one", "two"), change(second, "one", "two")]))
        assert.include(failed.message, `${first} cannot be changed: it has changed meanwhile`)
        assert.strictEqual(fs.readFileSync(first, "utf8"), "other")
        assert.strictEqual(fs.readFileSync(second, "utf8"), "two")
      })))
})
