import { assert, describe, it } from "@effect/vitest"
import * as Module from "../../../../runtime/review/lint/Module.ts"
import * as Rewrite from "../../../../runtime/review/tune/Rewrite.ts"
import { modules, reads } from "../lint/linting.ts"
import { fileOf, type Source, sources, written } from "./sources.ts"
import { change } from "./tuning.ts"

/** The ways to write a source anew, as far as that can be told without evaluating it. */
const rewritten = (source: Omit<Source, "name" | "edits">, text: string): Rewrite.Rewritten => {
  const beside = Object.entries(source.files ?? {}).map(([name, other]) => [name.replace(/^experiments\//, ""), other] as const)
  const [module] = modules({ "tuned.ts": text, ...Object.fromEntries(beside) })
  if (module === undefined) return assert.fail("there is no module")
  return Rewrite.of(module, { experiment: "tuned", arm: source.arm ?? "calm", change: source.change ?? change })
}

describe("Rewrite", () => {
  for (const source of sources) {
    it(`edits ${source.name}, and nothing else of the file`, () => {
      const [before, after] = written(source)
      const { refused, texts } = rewritten(source, before)
      assert.isNull(refused)
      assert.strictEqual(texts[source.way ?? 0], after)
    })
  }

  it("keeps a file's ends of lines, blanks and last line", () => {
    for (const source of sources) {
      const [before, after] = written(source).map((text) => `${text.replaceAll("\n", "\r\n").trimEnd()}  `) as [string, string]
      assert.strictEqual(rewritten(source, before).texts[source.way ?? 0], after, source.name)
    }
  })

  it("writes what is a program again", () => {
    for (const source of sources) {
      for (const text of rewritten(source, written(source)[0]).texts) {
        const [module] = Module.parse(reads({ "tuned.ts": text }))
        assert.isTrue(module !== undefined && Module.isParsed(module), text)
      }
    }
  })

  it("edits nothing where it does not see the arm, and says where its experiment is made", () => {
    const text = fileOf({ text: `const arms = () => ({ calm: 1 })`, arms: "arms()" })
    const { at, refused, texts } = rewritten({ text }, text)
    assert.deepStrictEqual([refused, texts], ["its arm is not written out in it", []])
    assert.strictEqual(text.slice(at).indexOf("Experiment.make(\"tuned\""), 0)
    assert.match(rewritten({ text: "" }, "export default 1").refused ?? "", /does not make the experiment/)
  })

  it("does not take a name that stands for something else", () => {
    const text = fileOf({
      text: "const Clip = { off: 1 }",
      imports: "import { Experiment, Recipe } from \"ballast\"\nimport { calm } from \"./calm.ts\""
    })
    assert.match(rewritten({ text }, text).refused ?? "", /other things of those names/)
  })
})
