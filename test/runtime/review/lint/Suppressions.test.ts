import { assert, describe, it } from "@effect/vitest"
import * as Rule from "../../../../runtime/review/lint/Rule.ts"
import * as Rules from "../../../../runtime/review/lint/rules/Rules.ts"
import * as Suppressions from "../../../../runtime/review/lint/Suppressions.ts"
import * as Linting from "./linting.ts"

const random = Rules.checked.filter(({ id }) => id === "source/random" || id === "source/clock")

/** What stands, and what is let be, of the rules about the clock and chance. */
const sorted = (source: string) => {
  const module = Linting.module(source)
  const found = random.flatMap((rule) => Rule.apply(rule, module, [module]))
  const { findings, suppressed } = Suppressions.sort(module, found, Rules.suppressible)
  return {
    standing: findings.map(({ rule }) => rule.id),
    said: findings.map(({ message }) => message),
    at: findings.map(({ at }) => source.slice(at.start, at.end)),
    letBe: suppressed.map(({ finding, reason }) => [finding.rule.id, reason])
  }
}

const ignore = "// ballast-lint-ignore-next-line"

describe("Suppressions", () => {
  it("lets a finding be on the next line, with its reason", () => {
    const { letBe, standing } = sorted(`${ignore} source/random: the file tries the linter\nconst x = Math.random()`)
    assert.deepStrictEqual(letBe, [["source/random", "the file tries the linter"]])
    assert.deepStrictEqual(standing, [])
  })

  it("lets be what is named, on the next line of code, and nothing else", () => {
    assert.deepStrictEqual(
      sorted(`${ignore} source/random: meant so\nconst x = [Math.random(), Date.now()]\nconst y = Math.random()`).standing,
      ["source/clock", "source/random"]
    )
    assert.deepStrictEqual(
      sorted(`${ignore} source/random, source/clock: both are meant\n\n  /* a word */ // another\nconst x = [Math.random(), Date.now()]`).standing,
      []
    )
    assert.deepStrictEqual(
      sorted(`${ignore} source/random: one reason\n${ignore} source/clock: another reason\nconst x = [Math.random(), Date.now()]`).letBe,
      [["source/clock", "another reason"], ["source/random", "one reason"]]
    )
    assert.deepStrictEqual(
      sorted(`const y = Math.random() ${ignore} source/random: on the line itself`).standing,
      ["source/random", "suppress/unused"]
    )
  })

  it("takes a comment between slashes and stars, and one with other line ends", () => {
    const comment = "/* ballast-lint-ignore-next-line source/random: it is meant */"
    assert.deepStrictEqual(sorted(`${comment}\r\nconst x = Math.random()`).standing, [])
    assert.deepStrictEqual(sorted(`${comment}\rconst x = Math.random()`).standing, [])
  })

  it("needs a reason that says something", () => {
    for (const reason of ["", ":", ":   ", ": TODO", ": ok", ": ..."]) {
      const { standing } = sorted(`${ignore} source/random${reason}\nconst x = Math.random()`)
      assert.deepStrictEqual(standing, ["source/random", "suppress/without-reason"], reason)
    }
  })

  it("names the nearest rule of one that is misspelt, and refuses what cannot be let be", () => {
    const said = (comment: string) => sorted(`${comment}\nconst x = 1`)
    const near = said(`${ignore} source/randon: it is meant`)
    assert.deepStrictEqual(near.said, [`there is no rule "source/randon"; did you mean "source/random"?`])
    assert.deepStrictEqual(near.at, ["source/randon"])
    assert.deepStrictEqual(said(`${ignore} suppress/unused: it is meant`).said, [`"suppress/unused" cannot be let be`])
    assert.deepStrictEqual(said(`${ignore}: it is meant`).said, ["it names no rule"])
    assert.match(said("// ballast-lint-disable source/random: it is meant").said[0] ?? "", /did you mean "ballast-lint-ignore-next-line"\?/)
    assert.deepStrictEqual(said("// ballast is what this is about").said, [])
  })

  it("finds those that let nothing be", () => {
    const { at, standing } = sorted(`${ignore} source/random, source/clock: one of them is meant\nconst x = Date.now()`)
    assert.deepStrictEqual(standing, ["suppress/unused"])
    assert.deepStrictEqual(at, ["source/random"])
    assert.deepStrictEqual(sorted(`${ignore} source/random: at the end of the file`).standing, ["suppress/unused"])
  })

  it("reads no comment where there is none", () => {
    const texts = [
      "const text = \"// ballast-lint-ignore-next-line source/nothing: why\"",
      "const text = `\n// ballast-lint-ignore-next-line source/nothing: why\n${1 /* a comment */}\n// ballast-lint-x`",
      "const pattern = /\\/\\/ ballast-lint-ignore-next-line source\\/nothing: why/",
      "const pattern = /[/*] ballast-lint-x: y/"
    ]
    for (const text of texts) assert.deepStrictEqual(sorted(text).said, [], text)
  })

  it("finds a comment wherever there is one", () => {
    const places = [
      "const x = [ // ballast-lint-x\n]",
      "const x = `${ /* ballast-lint-x */ 1}`",
      "f( /* ballast-lint-x */ )",
      "if (x) { /* ballast-lint-x */ }",
      "/* ballast-lint-x */",
      "#!/usr/bin/env node\n// ballast-lint-x",
      "const x = 1 /* ballast-lint-x */"
    ]
    for (const text of places) assert.strictEqual(sorted(text).standing.length, 1, text)
  })
})
