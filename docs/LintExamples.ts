/**
 * What docs/lint.md shows of each rule: source that it finds fault with, and source that it lets pass.
 */

export interface LintExample {
  readonly found: string
  readonly instead: string
}

const experiment = (fields: string): string => `const experiment = Experiment.make("bounds", { ${fields} })`

/** Examples by rule. Every one is checked; names of the DSL are imported. */
export const lintExamples: Readonly<Record<string, LintExample>> = {
  "clip/by-value-by-hand": {
    found: "const bounded = gradients.map((value) => Math.min(Math.max(value, -1), 1))",
    instead: "const bounded = Recipe.with(base, { clip: Clip.globalNorm(1) })"
  },
  "source/clock": {
    found: "const seed = Date.now()",
    instead: "const seed = 7"
  },
  "source/random": {
    found: "const peak = 0.1 * Math.random()",
    instead: "const peak = 0.1"
  },
  "source/environment": {
    found: "const peak = Number(process.env.PEAK)",
    instead: "const peak = Config.number(\"PEAK\")"
  },
  "source/network-or-files": {
    found: "import { readFileSync } from \"node:fs\"",
    instead: "import { peaks } from \"./shared/peaks.ts\""
  },
  "source/side-effect-at-import": {
    found: "console.log(\"made\", recipe)",
    instead: "export default experiment\nmain(import.meta, experiment)"
  },
  "source/code-from-text": {
    found: "const { peak } = await import(`./${name}.ts`)",
    instead: "import { peak } from \"./shared/peaks.ts\""
  },
  "source/import-outside": {
    found: "import { average } from \"lodash\"\nimport { peak } from \"../tools/peak.ts\"",
    instead: "import { Recipe } from \"ballast\"\nimport { peak } from \"./shared/peaks.ts\""
  },
  "source/secret": {
    found: "const store = \"https://trainer:tr0ub4dor@data.example/cells\"",
    instead: "const store = Config.redacted(\"STORE\")"
  },
  "experiment/no-question": {
    found: experiment("question: \"TODO\", arms, seeds: [0], expect"),
    instead: experiment("question: \"Does a bound of 1 keep a cold start finite?\", arms, seeds: [0], expect")
  },
  "experiment/no-expectation": {
    found: experiment("question, arms, seeds: [0], expect: []"),
    instead: experiment("question, arms, seeds: [0], expect: [Expect.finite(\"bounded\")]")
  },
  "experiment/no-default-export": {
    found: experiment("question, arms, seeds: [0], expect"),
    instead: `${experiment("question, arms, seeds: [0], expect")}\nexport default experiment`
  },
  "experiment/not-main": {
    found: `${experiment("question, arms, seeds: [0], expect")}\nexport default experiment`,
    instead: `${experiment("question, arms, seeds: [0], expect")}\nexport default experiment\nmain(import.meta, experiment)`
  },
  "arm/dead": {
    found: experiment("question, arms: { bare, bounded }, seeds: [0], expect: [Expect.finite(\"bounded\")]"),
    instead: experiment(
      "question, arms: { bare, bounded }, seeds: [0], expect: [Expect.map(\"bounded\").above(\"bare\")]"
    )
  },
  "arm/twin": {
    found: experiment("question, arms: { bare, bounded: Recipe.with(bare, {}) }, seeds: [0], expect"),
    instead: experiment("question, arms: { bare, bounded: Recipe.with(bare, { clip: Clip.globalNorm(1) }) }, seeds: [0], expect")
  },
  "recipe/unused": {
    found: "const bounded = Recipe.with(bare, { clip: Clip.globalNorm(1) })\nconst arms = { bare }",
    instead: "const bounded = Recipe.with(bare, { clip: Clip.globalNorm(1) })\nconst arms = { bare, bounded }"
  },
  "length/bare": {
    found: "const warmup = Warmup.linear(1000)",
    instead: "const warmup = Warmup.linear({ steps: 1000 })"
  },
  "dsl/unknown": {
    found: "const clip = Clip.value(1)",
    instead: "const clip = Clip.globalNorm(1)"
  },
  "expect/unknown-arm": {
    found: experiment("question, arms: { bounded }, seeds: [0], expect: [Expect.finite(\"bouned\")]"),
    instead: experiment("question, arms: { bounded }, seeds: [0], expect: [Expect.finite(\"bounded\")]")
  },
  "retry/undecided": {
    found: "const retry = Retry.ladder()",
    instead: "const retry = Retry.ladder(Remedy.tightenClip(), Remedy.scaleLearningRate())"
  },
  "accept/without-reason": {
    found: "const accepted = Recipe.accept(\"clip/off-on-cold-start\", \"ok\")(bare)",
    instead: "const accepted = Recipe.accept(\"clip/off-on-cold-start\", \"this arm shows what happens without\")(bare)"
  },
  "accept/unknown-rule": {
    found: "const accepted = Recipe.accept(\"clip/off-on-coldstart\", \"this arm shows what happens without\")(bare)",
    instead: "const accepted = Recipe.accept(\"clip/off-on-cold-start\", \"this arm shows what happens without\")(bare)"
  },
  "suppress/without-reason": {
    found: "// ballast-lint-ignore-next-line source/random\nconst peak = Math.random()",
    instead:
      "// ballast-lint-ignore-next-line source/random: this file tries the linter itself\nconst peak = Math.random()"
  },
  "suppress/misspelt": {
    found: "// ballast-lint-ignore-next-line source/randomness: this file tries the linter itself\nconst peak = Math.random()",
    instead: "// ballast-lint-ignore-next-line source/random: this file tries the linter itself\nconst peak = Math.random()"
  },
  "suppress/unused": {
    found: "// ballast-lint-ignore-next-line source/random: this file tries the linter itself\nconst peak = 0.1",
    instead: "const peak = 0.1"
  }
}
