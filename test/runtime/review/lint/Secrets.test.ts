import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as Secrets from "../../../../runtime/review/lint/Secrets.ts"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
const letters = (length: number, from = alphabet) =>
  FastCheck.array(FastCheck.constantFrom(...from), { minLength: length, maxLength: length }).map((some) => some.join(""))

/** Tokens of known shapes; none of them stands in this file as it is. */
const tokens = FastCheck.oneof(
  letters(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").map((text) => `AKI${"A"}${text}`),
  letters(36).map((text) => `gh${"o_"}${text}`),
  letters(60).map((text) => `github_${"pat_"}${text}`),
  letters(20).map((text) => `glpat${"-"}${text}`),
  letters(24).map((text) => `xox${"b-"}1234567890-${text}`),
  letters(35).map((text) => `AIz${"a"}${text}`),
  letters(40).map((text) => `sk-${"ant-"}${text}`),
  letters(48).map((text) => `s${"k-"}${text}`),
  letters(34).map((text) => `h${"f_"}${text}`),
  letters(36).map((text) => `np${"m_"}${text}`),
  letters(24).map((text) => `sk_${"live_"}${text}`)
)

describe("Secrets", () => {
  it("finds tokens of known shapes in anything, and covers every character of them", () => {
    FastCheck.assert(FastCheck.property(tokens, FastCheck.constantFrom("\"", " ", "'", "`", "\n", "//", "(", "="), (token, edge) => {
      const text = `before${edge}${token}\nafter`
      const found = Secrets.of(text, null)
      const covered = Secrets.cover(text, found)
      assert.strictEqual(covered, `before${edge}${"•".repeat(token.length)}\nafter`, token)
      assert.notInclude(Secrets.covering(found)(`what stands here is "${token}"`), token)
    }))
  })

  it("covers what it is told, once, and keeps lines and places", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.string({ unit: "binary", maxLength: 40 }).map((text) => `${text}\r\n${text}`),
      FastCheck.array(FastCheck.tuple(FastCheck.nat(80), FastCheck.nat(80))),
      (text, pairs) => {
        const ranges = pairs.map(([one, other]) => ({ start: Math.min(one, other), end: Math.min(text.length, Math.max(one, other)) }))
        const covered = Secrets.cover(text, ranges)
        assert.strictEqual(covered.length, text.length)
        for (const [index, character] of [...text].map((_, index) => [index, text[index]] as const)) {
          const hidden = ranges.some(({ end, start }) => start <= index && index < end) && character !== "\r" && character !== "\n"
          assert.strictEqual(covered[index], hidden ? "•" : character)
        }
      }
    ))
  })

  it("takes little time over a long text without any", () => {
    for (const piece of ["a", "a:", "://", "-----BEGIN ", "eyJ", "A1b", "\"", "sk-"]) {
      const text = piece.repeat(200_000 / piece.length)
      assert.strictEqual(Secrets.cover(text, Secrets.of(text, null)).length, text.length)
    }
  })
})
