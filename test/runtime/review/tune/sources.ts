/**
 * Ways in which people write experiments, each with the change of its source that one arm's advice comes to.
 */
import { Clip, LearningRate, Warmup } from "../../../../dsl/index.ts"
import type { RecipeChange } from "../../../../runtime/train/Outcome.ts"

/** A way of writing, and what is to stand where in it; all else stays as it is. */
export interface Source {
  readonly name: string
  /** The file, or what stands in it between its imports and its experiment. */
  readonly text: string
  /** What the arms are. */
  readonly arms?: string
  readonly arm?: string
  readonly change?: RecipeChange
  /** Pieces of the text, each of which stands there once, and what stands there instead. */
  readonly edits: ReadonlyArray<readonly [before: string, after: string]>
  readonly imports?: string
  /** Which of the ways to write it this is, where it is not the first. */
  readonly way?: number
  readonly files?: Readonly<Record<string, string>>
}

/** An import of all that the recipes need. */
const imports = `import { Clip, Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"`

/** Fields that every recipe has to have. */
export const fields = `data: Dataset.shapes({ train: 8, val: 4, seed: 1 }),
  model: Model.yolo({ depth: 0.33, width: 0.0625, input: 32 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.cosine({ peak: 0.1, final: 0.001 }),
  batch: 4,
  length: { steps: 400 }`

/** Writes a file of an experiment called "tuned". */
export const fileOf = ({ arms = "{ calm }", imports: own = imports, text }: Pick<Source, "arms" | "imports" | "text">): string =>
  text.includes("export default") ? text : `${own}

${text}

export default Experiment.make("tuned", {
  question: "Does it hold?",
  arms: ${arms},
  seeds: [0],
  expect: []
})
`

const calm = `const calm = Recipe.make({
  ${fields},
  clip: Clip.globalNorm(1)
})`

/** Writes a source before and after the change. */
export const written = ({ edits, ...source }: Source): readonly [before: string, after: string] => {
  const before = fileOf(source)
  const after = edits.reduce((text, [piece, other]) => {
    if (text.split(piece).length !== 2) throw new Error(`${piece} does not stand there once: ${text}`)
    return text.replace(piece, () => other)
  }, before)
  return [before, after]
}

const toFive: Source["edits"] = [["Clip.globalNorm(1)", "Clip.globalNorm(5)"]]

export const sources: ReadonlyArray<Source> = [
  { name: "a recipe of its own", text: calm, edits: [["globalNorm(1)", "globalNorm(5)"]] },
  { name: "a recipe written out among the arms", text: "", arms: `{ calm: Recipe.make({ ${fields}, clip: Clip.globalNorm(1) }) }`, edits: toFive },
  {
    name: "a field of Recipe.with",
    text: `${calm}\nconst tight = Recipe.with(calm, { clip: Clip.globalNorm(0.5) })`,
    arms: "{ calm, tight }",
    arm: "tight",
    edits: [["globalNorm(0.5)", "globalNorm(5)"]]
  },
  {
    name: "a field of Recipe.with among the arms, its name quoted",
    text: calm,
    arms: `{ calm, "tight one": Recipe.with(calm, { "clip": Clip.globalNorm(0.5) }) }`,
    arm: "tight one",
    edits: [["globalNorm(0.5)", "globalNorm(5)"]]
  },
  {
    name: "a recipe that another arm is made of",
    text: calm,
    arms: `{ calm, wide: Recipe.with(calm, { batch: 8 }) }`,
    edits: [["{ calm, wide", "{ calm: Recipe.with(calm, { clip: Clip.globalNorm(5) }), wide"]]
  },
  {
    name: "a recipe that is two arms",
    text: calm,
    arms: `{ calm: calm, same: /* once more */ calm }`,
    arm: "same",
    edits: [["/* once more */ calm", "/* once more */ Recipe.with(calm, { clip: Clip.globalNorm(5) })"]]
  },
  {
    name: "an own Recipe.with that lacks the field, of a recipe that others have",
    text: calm,
    arms: `{ calm, wide: Recipe.with(calm, { batch: 8 }) }`,
    arm: "wide",
    edits: [["{ batch: 8 }", "{ batch: 8, clip: Clip.globalNorm(5) }"]]
  },
  {
    name: "an own Recipe.with that lacks the field, of a recipe of its own that has it",
    text: calm,
    arms: `{ wide: Recipe.with(calm, { batch: 8 }) }`,
    arm: "wide",
    edits: [["globalNorm(1)", "globalNorm(5)"]]
  },
  {
    name: "a field that is nowhere yet, fields on lines of their own",
    text: calm.replace(",\n  clip: Clip.globalNorm(1)", ""),
    edits: [["length: { steps: 400 }", "length: { steps: 400 },\n  clip: Clip.globalNorm(5)"]]
  },
  {
    name: "a field that is nowhere yet, after a comma and a comment",
    text: calm.replace(",\n  clip: Clip.globalNorm(1)", ", // an epoch is two steps"),
    edits: [["// an epoch is two steps", "// an epoch is two steps\n  clip: Clip.globalNorm(5),"]]
  },
  {
    name: "a field that is nowhere yet, after a comment without a comma",
    text: calm.replace(",\n  clip: Clip.globalNorm(1)", " // an epoch is two steps"),
    edits: [["{ steps: 400 } // an epoch is two steps", "{ steps: 400 }, // an epoch is two steps\n  clip: Clip.globalNorm(5)"]]
  },
  {
    name: "fields of an object that is spread into more than one recipe",
    text: `const shared = {\n  ${fields},\n  clip: Clip.globalNorm(1)\n}\nconst calm = Recipe.make({ ...shared, batch: 4 })\nconst wide = Recipe.make({ ...shared, batch: 8 })`,
    arms: "{ calm, wide }",
    edits: [["...shared, batch: 4 }", "...shared, batch: 4, clip: Clip.globalNorm(5) }"]]
  },
  {
    name: "fields of an object that is spread into one recipe",
    text: `const shared = {\n  ${fields},\n  clip: Clip.globalNorm(1)\n}\nconst calm = Recipe.make({ ...shared, batch: 4 })`,
    edits: toFive
  },
  {
    name: "a field that a later spread overrides",
    text: `const over = { clip: Clip.globalNorm(1) }\nconst calm = Recipe.make({ ${fields}, clip: Clip.off, ...over })\nconst wide = Recipe.make({ ${fields}, ...over, batch: 8 })`,
    arms: "{ calm, wide }",
    edits: [["clip: Clip.off, ...over }", "clip: Clip.off, ...over, clip: Clip.globalNorm(5) }"]]
  },
  {
    name: "satisfies and as const",
    text: `const options = { ${fields}, clip: Clip.globalNorm(1) } as const satisfies Recipe.Options\nconst calm = (Recipe.make(options)) satisfies Recipe.Recipe`,
    edits: toFive
  },
  {
    name: "a type of its own",
    text: calm.replace("const calm =", "const calm: Recipe.Recipe ="),
    edits: toFive
  },
  {
    name: "a helper function",
    text: `const made = (maxNorm: number) => Recipe.make({ ${fields}, clip: Clip.globalNorm(maxNorm) })`,
    arms: "{ calm: made(1), wide: made(2) }",
    edits: [["calm: made(1)", "calm: Recipe.with(made(1), { clip: Clip.globalNorm(5) })"]]
  },
  {
    name: "a choice",
    text: `${calm}\nconst isWide = 4 > 3`,
    arms: "{ calm: isWide ? calm : Recipe.with(calm, { batch: 8 }) }",
    edits: [["isWide ? calm : Recipe.with(calm, { batch: 8 })", "Recipe.with(isWide ? calm : Recipe.with(calm, { batch: 8 }), { clip: Clip.globalNorm(5) })"]]
  },
  {
    name: "an import",
    text: "",
    imports: `import { Clip, Experiment, Recipe } from "ballast"\nimport { calm } from "./shared/calm.ts"`,
    files: { "experiments/shared/calm.ts": `${imports}\nexport ${calm}\n` },
    edits: [["arms: { calm }", "arms: { calm: Recipe.with(calm, { clip: Clip.globalNorm(5) }) }"]]
  },
  {
    name: "an import, where nothing else of the DSL is needed",
    text: "",
    imports: `import { Experiment } from "ballast"\nimport { calm } from "./shared/calm.ts"`,
    files: { "experiments/shared/calm.ts": `${imports}\nexport ${calm}\n` },
    edits: [
      ["import { Experiment }", "import { Clip, Experiment, Recipe }"],
      ["arms: { calm }", "arms: { calm: Recipe.with(calm, { clip: Clip.globalNorm(5) }) }"]
    ]
  },
  {
    name: "a recipe that other files import",
    text: `export ${calm}`,
    edits: [["arms: { calm }", "arms: { calm: Recipe.with(calm, { clip: Clip.globalNorm(5) }) }"]]
  },
  {
    name: "a name that is imported on a line of its own",
    text: calm,
    imports: `import {\n  Clip,\n  Dataset,\n  Experiment,\n  LearningRate,\n  Model,\n  Optimizer,\n  Recipe,\n} from "ballast"`,
    change: { warmup: Warmup.linear({ steps: 20 }) },
    edits: [["  Recipe,\n}", "  Recipe,\n  Warmup,\n}"], ["clip: Clip.globalNorm(1)", "clip: Clip.globalNorm(1),\n  warmup: Warmup.linear({ steps: 20 })"]]
  },
  {
    name: "names in no order",
    text: calm,
    imports: `import { Recipe, Clip, Dataset, Experiment, LearningRate, Model, Optimizer } from 'ballast'`,
    change: { warmup: Warmup.linear({ steps: 20 }) },
    edits: [["Optimizer } from", "Optimizer, Warmup } from"], ["clip: Clip.globalNorm(1)", "clip: Clip.globalNorm(1),\n  warmup: Warmup.linear({ steps: 20 })"]]
  },
  {
    name: "another name for what is imported",
    text: calm.replaceAll("Clip.", "Bound."),
    imports: imports.replace("Clip,", "Clip as Bound,"),
    change: { clip: Clip.off },
    edits: [["Bound.globalNorm(1)", "Bound.off"]]
  },
  {
    name: "a namespace",
    text: calm.replaceAll(/\b(Clip|Dataset|LearningRate|Model|Optimizer|Recipe)\./g, "Dsl.$1."),
    imports: `import * as Dsl from "ballast"\nconst Experiment = Dsl.Experiment`,
    arms: "{ calm, same: calm }",
    edits: [["{ calm, same", "{ calm: Dsl.Recipe.with(calm, { clip: Dsl.Clip.globalNorm(5) }), same"]]
  },
  {
    name: "a constant that is the value",
    text: `const bound = 1\nconst clip = Clip.globalNorm(bound)\n${calm.replace("clip: Clip.globalNorm(1)", "clip")}`,
    edits: [["bound = 1", "bound = 5"]]
  },
  {
    name: "a constant that is a value elsewhere, too",
    text: `const clip = Clip.globalNorm(1)\n${calm.replace("clip: Clip.globalNorm(1)", "clip")}\nconst wide = Recipe.with(calm, { clip })`,
    arms: "{ calm, wide }",
    edits: [["{ clip }", "{ clip: Clip.globalNorm(5) }"]],
    arm: "wide"
  },
  {
    name: "comments within the value",
    text: calm.replace("Clip.globalNorm(1)", "Clip.globalNorm(\n    1 // found by a sweep\n  )"),
    edits: [["    1 // found", "    5 // found"]]
  },
  {
    name: "one of several options, its comment kept",
    text: calm.replace("{ peak: 0.1, final: 0.001 }", "{\n    peak: 0.1, // the most that it bears\n    final: 0.001,\n  }"),
    change: { schedule: LearningRate.cosine({ peak: 0.05, final: 0.001 }) },
    edits: [["peak: 0.1,", "peak: 0.05,"]]
  },
  {
    name: "another unit",
    text: `${calm.replace("clip:", "warmup: Warmup.linear({ epochs: 3, from: 0.01 }),\n  clip:")}`,
    imports: imports.replace(" }", ", Warmup }"),
    change: { warmup: Warmup.linear({ steps: 200, from: 0.01 }) },
    edits: [["{ epochs: 3, from: 0.01 }", "{ steps: 200, from: 0.01 }"]]
  },
  {
    name: "a default that is written out and has to change",
    text: calm.replace("Clip.globalNorm(1)", "Clip.zscore({ threshold: 3, maxNorm: 0.5 })"),
    change: { clip: Clip.zscore({ threshold: 4 }) },
    way: 1,
    edits: [["Clip.zscore({ threshold: 3, maxNorm: 0.5 })", "Clip.zscore({ threshold: 4 })"]]
  },
  {
    name: "several fields at once, each where it stands",
    text: `${calm}\nconst wide = Recipe.with(calm, { clip: Clip.globalNorm(2) })`,
    arms: "{ calm, wide }",
    arm: "wide",
    change: { clip: Clip.globalNorm(5), schedule: LearningRate.cosine({ peak: 0.05, final: 0.0005 }) },
    edits: [["{ clip: Clip.globalNorm(2) }", "{ clip: Clip.globalNorm(5), schedule: LearningRate.cosine({ peak: 0.05, final: 0.0005 }) }"]]
  },
  {
    name: "an accepted finding",
    text: calm,
    arms: `{ calm: Recipe.accept("a/rule", "it is meant")(calm), wide: Recipe.with(calm, { batch: 8 }) }`,
    edits: [["(calm), wide", "(Recipe.with(calm, { clip: Clip.globalNorm(5) })), wide"]]
  },
  {
    name: "arms by name",
    text: `${calm}\nconst arms = { calm, wide: Recipe.with(calm, { batch: 8 }) }`,
    arms: "arms",
    edits: [["{ calm, wide", "{ calm: Recipe.with(calm, { clip: Clip.globalNorm(5) }), wide"]]
  },
  {
    name: "arms that are spread, and used elsewhere",
    text: `${calm}\nconst others = { calm }\nconst { calm: again } = others`,
    arms: "{ ...others, again }",
    edits: [["...others, again }", "...others, again, calm: Recipe.with(others.calm, { clip: Clip.globalNorm(5) }) }"]]
  },
  {
    name: "an Effect",
    text: `import { Config, Effect } from "effect"\n${imports}\n${calm}
export default Experiment.make("tuned", Effect.gen(function*() {
  const seeds = yield* Config.Int("SEEDS").pipe(Config.withDefault(1))
  return { question: "Why?", arms: { calm }, seeds: [seeds], expect: [] }
}))\n`,
    edits: toFive
  },
  {
    name: "names in other words, and text that looks like source",
    text: `// calm: Clip.globalNorm(1) is what it was\nconst told = "calm, clip: Clip.globalNorm(1)"\nconst calm = Recipe.make({ ${fields}, clip: Clip.globalNorm(1e0) })\nconst { length } = told`,
    arms: "{ calm: length > 1 ? calm : calm }",
    edits: [["length > 1 ? calm : calm", "Recipe.with(length > 1 ? calm : calm, { clip: Clip.globalNorm(5) })"]]
  },
  {
    name: "a getter",
    text: `const calm = Recipe.make({ ${fields}, get clip() { return Clip.globalNorm(1) } })`,
    edits: [["calm = Recipe.make({", "calm = Recipe.with(Recipe.make({"], ["Clip.globalNorm(1) } })", "Clip.globalNorm(1) } }), { clip: Clip.globalNorm(5) })"]]
  }
]
