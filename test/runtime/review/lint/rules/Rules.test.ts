import { assert, describe, it } from "@effect/vitest"
import { lintExamples } from "../../../../../docs/LintExamples.ts"
import * as Rules from "../../../../../runtime/review/lint/rules/Rules.ts"
import * as Suppressions from "../../../../../runtime/review/lint/Suppressions.ts"
import * as Linting from "../linting.ts"

/**
 * Source with the pieces of it that are found, and source in which nothing is. Names of the DSL are imported where a
 * case has no import of its own.
 */
interface Case {
  readonly fires: ReadonlyArray<readonly [source: string, ...found: ReadonlyArray<string>]>
  readonly holds: ReadonlyArray<string>
}

/** Files beside each case, to import from. */
const beside = {
  "shared.ts": `export { Clip as Bounds, Experiment } from "ballast"
export * from "ballast"
export * as ballast from "ballast"
export const wall = Date
export const { random } = Math
export const peak = 0.1
export const base = { question: "Does it run?" }
`,
  "barrel.ts": `export * from "./shared.ts"\nexport { Bounds as B } from "./shared.ts"\n`,
  "circle.ts": `export * from "./circle.ts"\nexport { a as b, b as a } from "./circle.ts"\n`
}

const experiment = (fields: string, arms = "{ a, b }"): string =>
  `const a = Recipe.make({ batch: 1 })
const b = Recipe.make({ batch: 2 })
const experiment = Experiment.make("e", { question: "Is it so?", arms: ${arms}, seeds: [0], ${fields} })
export default experiment
main(import.meta, experiment)
`

const token = `gh${"p_"}${"0123456789abcdefghijABCDEFGHIJ012345"}`

const cases: Readonly<Record<string, Case>> = {
  "clip/by-value-by-hand": {
    fires: [
      ["const f = (g: number) => Math.min(Math.max(g, -1), 1)", "Math.min(Math.max(g, -1), 1)"],
      ["const f = (grad: number) => Math.max(-1, Math.min(1, grad))", "Math.max(-1, Math.min(1, grad))"],
      [`import * as tf from "@tensorflow/tfjs"\ntf.clipByValue(x, -1, 1)`, "tf.clipByValue(x, -1, 1)"],
      [`import { clipByValue as cut } from "@tensorflow/tfjs"\nconst y = cut(x, -1, 1)`, "cut(x, -1, 1)"],
      ["const y = weights.clipByValue(-1, 1)", "weights.clipByValue(-1, 1)"],
      ["const y = tf.minimum(tf.maximum(weightGrads, -1), 1)", "tf.minimum(tf.maximum(weightGrads, -1), 1)"],
      ["const y = gradients.map((value) => Math.min(Math.max(value, -1), 1))", "Math.min(Math.max(value, -1), 1)"],
      ["const y = grads.kernel.map((row) => row.map((x) => Math.max(Math.min(x, 1), -1)))", "Math.max(Math.min(x, 1), -1)"],
      ["const y = clamp(d_grad, -1, 1)", "clamp(d_grad, -1, 1)"],
      ["const y = grad.clip(-1, 1)", "grad.clip(-1, 1)"],
      ["const f = (g: number) => g > 1 ? 1 : g < -1 ? -1 : g", "g > 1 ? 1 : g < -1 ? -1 : g"],
      ["const { min, max } = Math\nconst f = (grad: number) => min(max(grad as number, -1), (1))", "min(max(grad as number, -1), (1))"]
    ],
    holds: [
      "const clip = Clip.globalNorm(1)",
      "const f = (peak: number) => Math.min(Math.max(peak, 0), 1)",
      "const f = (graduation: number) => Math.min(Math.max(graduation, 0), 1)",
      "const f = (grad: number) => Math.max(grad, 0)",
      "const f = (grad: number, g: number) => grad > 1 ? 2 : 3",
      "// Math.min(Math.max(g, -1), 1)\nconst text = \"clipByValue(grad, -1, 1)\"",
      "const { clip } = recipe\nconst y = clip(photograph, 0, 255)"
    ]
  },
  "source/clock": {
    fires: [
      ["const t = Date.now()", "Date.now"],
      ["const t = new Date()", "Date"],
      ["const t = Date()", "Date"],
      ["const t = globalThis.Date.now()", "globalThis.Date.now"],
      ["const t = globalThis[\"Da\" + `te`][\"now\"]()", "globalThis[\"Da\" + `te`][\"now\"]"],
      ["const D = Date\nconst t = D.now()", "D.now"],
      ["const now = Date.now\nconst t = now() + now()", "Date.now"],
      ["const { now: when } = Date\nconst t = when()", "now: when"],
      ["const t = (Date as any)?.now?.()", "(Date as any)?.now"],
      ["const t = performance.now()", "performance.now"],
      ["const t = process.hrtime.bigint()", "process.hrtime.bigint"],
      ["const t = Temporal.Now.instant()", "Temporal.Now.instant"],
      ["import { performance as p } from \"node:perf_hooks\"\nconst t = p.now()", "p.now"],
      ["import { wall } from \"./shared.ts\"\nconst t = wall.now()", "wall.now"],
      ["import * as s from \"./barrel.ts\"\nconst t = new s.wall()", "s.wall"],
      ["import { Clock, DateTime } from \"effect\"\nconst t = [Clock.currentTimeMillis, DateTime.now]", "Clock.currentTimeMillis", "DateTime.now"],
      ["import * as T from \"effect/DateTime\"\nconst t = T.now", "T.now"],
      ["declare const Date: { now: () => number }\nconst t = Date.now()", "Date.now"],
      ["declare global { var Date: { now: () => number } }\nconst t = Date.now()", "Date.now"]
    ],
    holds: [
      "const t = new Date(0)\nconst u = new Date(\"2026-01-01\")",
      "const t = Date.parse(\"2026-01-01\")",
      "const Date = { now: () => 0 }\nconst t = Date.now()",
      "const f = (Date: { now: () => number }) => Date.now()",
      "function performance() { return 1 }\nconst t = performance()",
      "import { Date } from \"./shared.ts\"\nconst t = Date.now()",
      "// Date.now()\n/* new Date() */\nconst t = \"Date.now()\" + `new Date()`",
      "const t = /Date.now()/",
      "const t = { Date: 1 }.Date",
      "type T = typeof Date.now\ninterface I { now: Date }",
      "const t = options.Date.now",
      "import { DateTime } from \"effect\"\nconst t = DateTime.makeUnsafe(0)"
    ]
  },
  "source/random": {
    fires: [
      ["const x = Math.random()", "Math.random"],
      ["const x = Math[\"random\"]()", "Math[\"random\"]"],
      ["const { random } = Math\nconst x = random()", "random"],
      ["const { random: draw = () => 1 } = globalThis.Math\nconst x = draw()", "random: draw = () => 1"],
      ["const { Math: { random } } = globalThis\nconst x = random()", "random"],
      ["const draw = Math.random\nconst x = draw.call(null)", "Math.random"],
      ["const x = list.map(Math.random)", "Math.random"],
      ["const x = crypto.randomUUID()", "crypto.randomUUID"],
      ["import { randomBytes as bytes } from \"crypto\"\nconst x = bytes(4)", "bytes"],
      ["import * as c from \"node:crypto\"\nconst x = c.randomInt(4)", "c.randomInt"],
      ["const c = require(\"node:crypto\")\nconst x = c.randomInt(4)", "c.randomInt"],
      ["const { randomInt } = await import(\"node:crypto\")\nconst x = randomInt(4)", "randomInt"],
      ["import { Random } from \"effect\"\nconst x = Random.next", "Random.next"],
      ["const m = { random: Math.random }\nconst x = m.random()", "Math.random"],
      ["let m\nm = Math.random", "Math.random"],
      ["let random, draw\n;({ random, random: draw } = Math)", "random", "random: draw"],
      ["class A { x = Math.random() }", "Math.random"],
      ["export default Math.random()", "Math.random"],
      ["const x = { [Math.random()]: 1, ...Math.random }", "Math.random", "Math.random"],
      ["const x = `${Math.random()}`", "Math.random"]
    ],
    holds: [
      "const x = Math.round(1)",
      "const Math = { random: () => 0.5 }\nconst x = Math.random()",
      "const f = ({ Math }) => Math.random()",
      "for (const Math of [{ random: () => 1 }]) { const x = Math.random() }",
      "import { random } from \"./shared.ts\"\nconst x = random()",
      "import * as c from \"node:crypto\"\nconst x = c.createHash(\"sha256\")",
      "const x = \"Math.random()\" // Math.random()",
      "const x = dice.Math.random()",
      "import { Math } from \"elsewhere\"\nconst x = Math.random()",
      "const x = { random: 1 }\nMath: for (;;) break Math"
    ]
  },
  "source/environment": {
    fires: [
      ["const x = process.env.PEAK", "process.env.PEAK"],
      ["const { env } = process\nconst x = env.PEAK", "env"],
      ["const { env: { PEAK } } = process\nconst x = PEAK", "env: { PEAK }", "PEAK"],
      ["const p = process\nconst x = p.env.PEAK", "p.env.PEAK"],
      ["const x = globalThis.process.argv[2]", "globalThis.process.argv[2]"],
      ["import { env, argv } from \"node:process\"\nconst x = [env.PEAK, argv]", "env.PEAK", "argv"],
      ["import process from \"process\"\nconst x = process.cwd()", "process.cwd"],
      ["import * as os from \"os\"\nconst x = os.cpus().length", "os.cpus"],
      ["const x = import.meta.env.PEAK", "import.meta.env.PEAK"],
      ["const x = import.meta.dirname", "import.meta.dirname"],
      ["const { url } = import.meta\nconst x = url", "url"],
      ["const x = Deno.env.get(\"PEAK\")", "Deno.env.get"],
      ["const x = navigator.hardwareConcurrency", "navigator.hardwareConcurrency"]
    ],
    holds: [
      "main(import.meta, experiment)",
      "const peak = Config.number(\"PEAK\")",
      "const process = { env: { PEAK: 1 } }\nconst x = process.env.PEAK",
      "const f = (process) => process.env",
      "const x = \"process.env.PEAK\" // process.env.PEAK",
      "const x = settings.process.env",
      "process.exit()",
      "type E = typeof process.env"
    ]
  },
  "source/network-or-files": {
    fires: [
      ["import * as fs from \"node:fs\"", "\"node:fs\""],
      ["import { readFile } from \"fs/promises\"", "\"fs/promises\""],
      ["export { readFile } from \"node:fs\"", "\"node:fs\""],
      ["const fs = await import(\"node:fs\")", "\"node:fs\""],
      ["const fs = require(\"fs\")", "\"fs\""],
      ["const load = require\nconst fs = load(\"fs\")", "\"fs\""],
      ["import fs = require(\"fs\")", "\"fs\""],
      ["import { Effect } from \"effect\"\nimport * as Http from \"effect/http/HttpClient\"", "\"effect/http/HttpClient\""],
      ["const x = await fetch(\"https://a.b\")", "fetch"],
      ["const get = fetch\nconst x = get(\"https://a.b\")", "fetch"],
      ["const x = { fetch }", "fetch"],
      ["const x = globalThis.fetch", "globalThis.fetch"],
      ["const x = new WebSocket(\"wss://a.b\")", "WebSocket"],
      ["process.exit(0)", "process.exit"],
      ["process.on(\"exit\", () => undefined)", "process.on"],
      ["list.push(process)", "process"],
      ["import p from \"node:process\"\np.chdir(\"/\")", "p.chdir"]
    ],
    holds: [
      "import type { Stats } from \"node:fs\"",
      "import { type Stats } from \"node:fs\"",
      "import process from \"node:process\"\nconst x = process.env",
      "const fetch = () => 1\nconst x = fetch()",
      "const f = (fetch: () => void) => fetch()",
      "const x = \"fetch\" // import * as fs from \"node:fs\"",
      "import { Schema } from \"effect\"",
      "const require = (x) => x\nconst fs = require(\"fs\")",
      "const p = process",
      "const x = { fetch: 1 }.fetch"
    ]
  },
  "source/side-effect-at-import": {
    fires: [
      ["setup()", "setup()"],
      ["import { setup } from \"./shared.ts\"\nsetup()", "setup()"],
      ["import \"./shared.ts\"", "\"./shared.ts\""],
      ["new Thing()", "new Thing()"],
      ["ready && setup()", "setup()"],
      ["ready ? setup() : tearDown()", "setup()"],
      ["void setup()", "setup()"],
      ["if (ready) setup()", "setup()"],
      ["for (const a of [1]) { setup(a) }", "setup(a)"],
      ["try { setup() } catch { tearDown() } finally { end() }", "setup()", "tearDown()", "end()"],
      ["switch (x) { case 1: setup() }", "setup()"],
      ["(() => { setup() })()", "setup()"],
      ["(() => setup())()", "setup()"],
      ["console.log(1)", "console.log"],
      ["const f = () => console.warn(1)", "console.warn"],
      ["const { log } = console\nlog(1)", "log"],
      ["const c = console\nc.log(1)", "c.log"],
      ["globalThis.x = 1", "globalThis.x"],
      ["Math.random = () => 4", "Math.random"],
      ["const f = () => { Array.prototype.first = 1 }", "Array.prototype.first"],
      ["delete globalThis.x", "delete globalThis.x".slice(7)],
      ["counter++", "counter"],
      ["Object.assign(globalThis, { x: 1 })", "globalThis"],
      ["Object.defineProperty(Array.prototype, \"x\", {})", "Array.prototype"],
      ["Clip.off._tag = \"GlobalNorm\"", "Clip.off._tag"],
      ["const t = setTimeout(() => undefined, 1)", "setTimeout"],
      ["const x = await load()", "await"],
      ["for await (const x of load()) {}", "for a"],
      ["(async () => { await load() })()", "await"]
    ],
    holds: [
      "main(import.meta, experiment)",
      "import { main as run } from \"ballast/runtime\"\nrun(import.meta, experiment)",
      "import * as runtime from \"ballast/runtime\"\nruntime.main(import.meta, experiment)",
      "const arms = {}\nfor (const peak of [1, 2]) arms[peak] = Recipe.with(base, { batch: peak })",
      "const arms = []\narms.push(1)\narms.sort()",
      "const recipe = Recipe.make({})\nconst made = makeArms(recipe)",
      "let n = 0\nn += 1\nn++",
      "\"use strict\"",
      "const f = () => setup()",
      "function f() { setup() }\nclass A { b() { setup() } }",
      "const f = async () => { await load() }",
      "const console = { log: () => 1 }\nconst x = console.log()",
      "const { Clip } = await import(\"ballast\")",
      "// setup()\nconst x = \"console.log(1)\"",
      "const x = a === b",
      "module.exports = 1",
      "const same = Math.random == other"
    ]
  },
  "source/code-from-text": {
    fires: [
      ["const x = eval(\"1\")", "eval"],
      ["const x = (0, eval)(\"1\")", "eval"],
      ["const x = new Function(\"return 1\")", "Function"],
      ["const x = Function(\"return 1\")", "Function"],
      ["const x = (() => 1).constructor(\"return 1\")()", "(() => 1).constructor(\"return 1\")"],
      ["const x = await import(name)", "import(name)"],
      ["const x = require(name)", "require(name)"],
      ["const x = globalThis[name]", "globalThis[name]"],
      ["const x = process[name]", "process[name]"],
      ["const x = Reflect.get(globalThis, \"fetch\")", "globalThis"],
      ["const x = { ...globalThis }", "globalThis"]
    ],
    holds: [
      "const x = await import(\"./shared.ts\")",
      "const name = \"./shared.ts\"\nconst x = await import(name)",
      "const x = globalThis.Math.PI",
      "const g = globalThis\nconst x = g.Math.PI",
      "const { Math: m } = globalThis",
      "const arms = {}\nconst x = arms[name]",
      "const key = \"PI\"\nconst x = Math[key]",
      "const eval2 = 1\nconst x = \"eval('1')\" // eval(\"1\")",
      "const f = (callback: Function) => callback instanceof Function"
    ]
  },
  "source/import-outside": {
    fires: [
      ["import { x } from \"../tools.ts\"", "\"../tools.ts\""],
      ["export * from \"../tools.ts\"", "\"../tools.ts\""],
      ["const x = await import(\"../tools.ts\")", "\"../tools.ts\""],
      ["const x = await import(\"..\" + \"/tools.ts\")", "\"..\" + \"/tools.ts\""],
      ["const x = require(\"../tools.ts\")", "\"../tools.ts\""],
      ["import { x } from \"./../../experiments/x.ts\"", "\"./../../experiments/x.ts\""],
      ["import _ from \"lodash\"", "\"lodash\""],
      ["import { x } from \"@scope/package\"", "\"@scope/package\""],
      ["import { x } from \"#internal\"", "\"#internal\""],
      ["import { x } from \"/etc/x.ts\"", "\"/etc/x.ts\""],
      ["import { x } from \"https://a.b/x.ts\"", "\"https://a.b/x.ts\""],
      ["import { x } from \"data:text/javascript,1\"", "\"data:text/javascript,1\""],
      ["import { x } from \"file:///etc/x.ts\"", "\"file:///etc/x.ts\""],
      ["import { x } from \"ballast/runtime/plan/Plan.ts\"", "\"ballast/runtime/plan/Plan.ts\""]
    ],
    holds: [
      "import { Clip } from \"ballast\"\nimport { main } from \"ballast/runtime\"",
      "import { Effect } from \"effect\"\nimport * as Config from \"effect/Config\"",
      "import { peak } from \"./shared.ts\"\nimport { x } from \"./nested/../shared.ts\"",
      "import peaks from \"./peaks.json\" with { type: \"json\" }",
      "import type { X } from \"../tools.ts\"",
      "import * as fs from \"node:fs\"",
      "// import { x } from \"../tools.ts\"\nconst x = \"import _ from 'lodash'\""
    ]
  },
  "source/secret": {
    fires: [
      [`const x = "${token}"`, token],
      [`// ${token}\nconst x = 1`, token],
      [`const x = "gh" + "p_" + "${token.slice(4)}"`, `"gh" + "p_" + "${token.slice(4)}"`],
      [`const x = \`Bearer ${token}\``, token],
      ["const x = \"postgres://ballast:hunter22@db.example/runs\"", "hunter22"],
      ["const password = \"hunter2-and-more\"", "hunter2-and-more"],
      ["const x = { apiKey: \"4f9d2c7a81b3\" }", "4f9d2c7a81b3"],
      ["const x = \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYzKq83hT0pQ\"", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzKq83hT0pQ"],
      ["const x = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b\"", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
      [
        "const x = `-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAvzNqv3k\n-----END RSA PRIVATE KEY-----`",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAvzNqv3k\n"
      ]
    ],
    holds: [
      "const x = Model.from({ file: \"w.safetensors\", sha256: \"5b7790972eecb5971aedc81a7f023949182a70d044fe30ef801677cc4eab83cb\" }, m)",
      "const x = \"postgres://db.example/runs\"",
      "const x = \"postgres://ballast:${password}@db.example/runs\"",
      "const x = \"https://user:password@db.example\"",
      "const x = \"ghp_short\"",
      "const password = Config.redacted(\"PASSWORD\")",
      "const token = \"class-of-the-image\"",
      "const x = \"coldstartClipWithWarmupOver2000StepsAndMore\"",
      "const x = \"experiments/weights/shapesAndMore2000steps\"",
      "const x = \"How well does a nano detector find blood cells at 160 px after 60 epochs?\"",
      "import x from \"./9f86d081884c7d659a2feaa0c55ad015a3bf4f1b.json\"",
      "const x = \"-----BEGIN PRIVATE KEY-----\""
    ]
  },
  "source/unseen-characters": {
    fires: [
      ["const x = \"a\u202eb\"", "\u202e"],
      ["// a\u2066b\u2069\nconst x = 1", "\u2066", "\u2069"],
      ["const x = \"a\u200bb\"", "\u200b"],
      ["const x = \"\u001b[31m\"", "\u001b"],
      ["const x = 1 // \u2028", "\u2028"],
      ["const x = \"\u{e0041}\u{e0042}\"", "\u{e0041}\u{e0042}"]
    ],
    holds: [
      "const x = \"\\u202e\"",
      "\tconst x = \"Zürich, 東京, 👩‍🔬, é\"\r\n",
      "const x = \"a\u00a0b\""
    ]
  },
  "experiment/no-question": {
    fires: [
      [`Experiment.make("e", { arms, seeds: [0], expect })`, "Experiment.make"],
      [`Experiment.make("e", { question: "  ", arms })`, "\"  \""],
      [`Experiment.make("e", { question: "TODO" })`, "\"TODO\""],
      [`const question = "tbd..."\nExperiment.make("e", { question })`, "question"],
      [`const fields = { arms }\nExperiment.make("e", { ...fields, seeds: [0] })`, "Experiment.make"],
      [`Experiment.make("e", Effect.gen(function* () { return { arms } }))`, "Experiment.make"],
      [`import { Experiment as E } from "ballast"\nE.make("e", {})`, "E.make"],
      [`import * as b from "ballast"\nb.Experiment.make("e", {})`, "b.Experiment.make"],
      [`import { Experiment } from "./barrel.ts"\nExperiment.make("e", {})`, "Experiment.make"],
      [`import { ballast } from "./shared.ts"\nballast.Experiment.make("e", {})`, "ballast.Experiment.make"]
    ],
    holds: [
      `Experiment.make("e", { question: "Does it run?" })`,
      `Experiment.make("e", { question: asked })`,
      `Experiment.make("e", { ...unknown })`,
      `import { base } from "./shared.ts"\nimport { Experiment } from "ballast"\nExperiment.make("e", { ...base })`,
      `Experiment.make("e", Effect.gen(function* () { const size = yield* Config.number("SIZE"); return { question: \`Is \${size} enough?\` } }))`,
      `const Experiment = { make: (...rest) => rest }\nExperiment.make("e", {})`,
      `// Experiment.make("e", {})`
    ]
  },
  "experiment/no-expectation": {
    fires: [
      [`Experiment.make("e", { question })`, "Experiment.make"],
      [`Experiment.make("e", { expect: [] })`, "[]"],
      [`const expect = [] as const\nExperiment.make("e", { expect })`, "expect"]
    ],
    holds: [
      `Experiment.make("e", { expect: [Expect.finite("a")] })`,
      `Experiment.make("e", { expect: names.map(Expect.finite) })`,
      `Experiment.make("e", { expect: [...others] })`,
      `Experiment.make("e", definition)`
    ]
  },
  "experiment/no-default-export": {
    fires: [
      [`const experiment = Experiment.make("e", {})`, "Experiment.make"],
      [`export const experiment = Experiment.make("e", {})`, "Experiment.make"],
      [`main(import.meta, Experiment.make("e", {}))`, "Experiment.make"],
      [`export default Recipe.make({})`, "Recipe.make({})"],
      [`const experiment = Experiment.make("e", {})\nexport default { experiment }`, "{ experiment }"],
      [`export default () => Experiment.make("e", {})`, "() => Experiment.make(\"e\", {})"]
    ],
    holds: [
      `export default Experiment.make("e", {})`,
      `const experiment = Experiment.make("e", {})\nexport { experiment as default }`,
      `export const make = (name) => Experiment.make(name, {})`,
      `export const recipe = Recipe.make({})`,
      `import { make } from "./unknown.ts"\nexport default make("e")`,
      `export { default } from "./other.ts"`
    ]
  },
  "experiment/not-main": {
    fires: [
      [`const e = Experiment.make("e", {})\nexport default e`, "e"],
      [`export default Experiment.make("e", {})`, "Experiment.make(\"e\", {})"],
      [`const e = Experiment.make("e", {})\nexport default e\nmain(meta, e)`, "meta"],
      [`const e = Experiment.make("e", {})\nconst f = Experiment.make("f", {})\nexport default e\nmain(import.meta, f)`, "f"],
      [`const main = (...rest) => rest\nimport { Experiment } from "ballast"\nconst e = Experiment.make("e", {})\nexport default e\nmain(import.meta, e)`, "e"]
    ],
    holds: [
      `const e = Experiment.make("e", {})\nexport default e\nmain(import.meta, e)`,
      `import * as r from "ballast/runtime"\nimport { Experiment } from "ballast"\nconst e = Experiment.make("e", {})\nexport default e\nr.main(import.meta, e)`,
      `const e = Experiment.make("e", {})\nexport { e as default }\nmain(import.meta, e)`,
      `export const peak = 0.1`
    ]
  },
  "arm/dead": {
    fires: [
      [experiment(`expect: [Expect.finite("a")]`), "b"],
      [experiment(`expect: [Expect.finite("a")]`, `{ a, "b, slowly": b }`), "\"b, slowly\": b"],
      [experiment(`expect: [Expect.loss("a").below(0.5)]`), "b"],
      [experiment(`expect: [Expect.loss("a").below(0.5)]`, "{ a, ...{ c: b } }"), "c: b"]
    ],
    holds: [
      experiment(`expect: [Expect.loss("a").below("b")]`),
      experiment(`expect: [Expect.finite("a"), Expect.diverges("b")]`),
      experiment(`expect: []`),
      experiment(`expect: names.map((name) => Expect.finite(name))`),
      experiment(`expect: [Expect.finite("a"), other]`),
      experiment(`expect: [Expect.finite("a"), Expect.finite(name)]`)
    ]
  },
  "arm/twin": {
    fires: [
      [experiment("expect", "{ a, b: a }"), "b: a"],
      [experiment("expect", "{ a: elsewhere, b: Recipe.with(elsewhere, {}) }"), "b: Recipe.with(elsewhere, {})"],
      [experiment("expect", "{ a: Recipe.with(a, { batch: size }), b: Recipe.with(a, { batch: size }) }"), "b: Recipe.with(a, { batch: size })"],
      [experiment("expect", "{ a: Recipe.with(a, more), b: Recipe.with(a, more) }"), "b: Recipe.with(a, more)"],
      [experiment("expect", "{ a, b: Recipe.with(a, {}) }"), "b: Recipe.with(a, {})"],
      [experiment("expect", "{ a, b: Recipe.make({ \"batch\": 0.5 * 2 }) }"), "b: Recipe.make({ \"batch\": 0.5 * 2 })"],
      [experiment("expect", "{ a, b, c: Recipe.with(a, { batch: 2 }) }"), "c: Recipe.with(a, { batch: 2 })"],
      [experiment("expect", "{ a, b: Recipe.accept(\"x/y\", \"it is meant\")(a) }"), "b: Recipe.accept(\"x/y\", \"it is meant\")(a)"],
      [
        experiment("expect", "{ a: Recipe.with(a, { clip: Clip.globalNorm(1), data: x }), b: Recipe.with(a, { data: x, clip: Clip.globalNorm(1) }) }")
          .replaceAll("data: x", "data: Dataset.shapes({ val: 1, train: 2 })"),
        "b: Recipe.with(a, { data: Dataset.shapes({ val: 1, train: 2 }), clip: Clip.globalNorm(1) })"
      ]
    ],
    holds: [
      experiment("expect", "{ a, b }"),
      experiment("expect", "{ a, b: Recipe.with(a, { clip: Clip.globalNorm(1) }) }"),
      experiment("expect", "{ a: Recipe.with(a, { clip: Clip.globalNorm(1) }), b: Recipe.with(a, { clip: Clip.globalNorm(2) }) }"),
      experiment("expect", "{ a: armOf(1), b: armOf(1) }"),
      experiment("expect", "{ a: Recipe.with(a, { batch: sizeOf() }), b: Recipe.with(a, { batch: sizeOf() }) }")
    ]
  },
  "recipe/unused": {
    fires: [
      ["const a = Recipe.make({})", "a"],
      ["const a = Recipe.make({})\nconst b = Recipe.with(a, {})", "b"],
      ["const b = Recipe.accept(\"x\", \"y\")(a)", "b"],
      ["const a = Recipe.make({})\nconst f = (a) => a", "a"]
    ],
    holds: [
      "export const a = Recipe.make({})",
      "const a = Recipe.make({})\nexport { a }",
      "const a = Recipe.make({})\nexport default a",
      "const a = Recipe.make({})\nconst arms = { a }",
      "const a = Clip.globalNorm(1)"
    ]
  },
  "length/bare": {
    fires: [
      ["const r = Recipe.make({ length: 400 })", "400"],
      ["const r = Recipe.make({ length: \"400 steps\" })", "\"400 steps\""],
      ["const steps = 2 * 200\nconst r = Recipe.with(a, { length: steps })", "steps"],
      ["const w = Warmup.linear(1_000)", "1_000"],
      ["const e = Evaluate.every(10)", "10"],
      ["const s = LearningRate.step({ peak: 1, factor: 0.1, every: 30 })", "30"],
      ["const s = LearningRate.piecewise({ start: 1, multiply: [{ at: 30, by: 0.1 }] })", "30"],
      ["const r = Remedy.extendWarmup({ least: 1000 })", "1000"],
      ["import { Warmup as W } from \"ballast\"\nconst w = W.linear(1000)", "1000"]
    ],
    holds: [
      "const r = Recipe.make({ length: { steps: 400 }, warmup: Warmup.none })",
      "const e = Evaluate.every({ epochs: 10 })",
      "const r = Recipe.make({ batch: 16, host: Host.gpu({ memory: \"40 GiB\" }) })",
      "const o = { length: 400 }",
      "const Warmup = { linear: (n) => n }\nconst w = Warmup.linear(1000)",
      "const e = EarlyStop.patience({ evaluations: 3 })",
      "const r = Recipe.make({ length: lengthOf({ length: 3 }) })",
      "const x = \"Warmup.linear(1000)\""
    ]
  },
  "dsl/unknown": {
    fires: [
      ["const c = Clip.value(1)", "Clip.value"],
      ["const c = Clip.globalNrom(1)", "Clip.globalNrom"],
      ["import { Clipp } from \"ballast\"\nconst c = Clipp.off", "Clipp.off"],
      ["import { Clipp } from \"ballast\"", "Clipp"],
      ["import * as b from \"ballast\"\nconst c = b.Clip.byValue(1)", "b.Clip.byValue"],
      ["const { byValue } = Clip\nconst c = byValue(1)", "byValue"],
      ["import { B } from \"./barrel.ts\"\nconst c = B.value(1)", "B.value"]
    ],
    holds: [
      "const c = [Clip.off, Clip.globalNorm(1), Recipe.with(a, {})]",
      "type R = Recipe.Options\nconst e: Expect.Subject<string> | null = null",
      "import type { Nothing } from \"ballast\"",
      "const Clip = { value: () => 1 }\nconst c = Clip.value(1)",
      "// Clip.value(1)\nconst c = \"Clip.value(1)\"",
      "import { Clip } from \"elsewhere\"\nconst c = Clip.value(1)"
    ]
  },
  "expect/unknown-arm": {
    fires: [
      [experiment(`expect: [Expect.finite("c")]`), "\"c\""],
      [experiment(`expect: [Expect.loss("a").below("d"), Expect.map50("c").above(0.5)]`), "\"d\"", "\"c\""],
      [experiment(`expect: [Expect.loss("c").below(size), Expect.finite(name), other]`), "\"c\""],
      [`const name = "c"\n${experiment("expect: [Expect.finite(name)]")}`, "name"]
    ],
    holds: [
      experiment(`expect: [Expect.finite("a"), Expect.loss("a").below("b")]`),
      experiment(`expect: [Expect.finite("c")]`, "{ a, ...others }"),
      experiment(`expect: [Expect.finite("c")]`, "Object.fromEntries(list)")
    ]
  },
  "retry/undecided": {
    fires: [
      ["const r = Retry.ladder()", "Retry.ladder"],
      ["const r = Retry.climb()", "Retry.climb"],
      ["const r = Retry.ladder(Remedy.reorder, [])", "[]"],
      ["const r = Retry.on({ NonFinite: Retry.stop })", "Retry.on"],
      ["const { Timeout, ...others } = Retry.never.on\nconst r = Retry.on({})", "Retry.on"]
    ],
    holds: [
      "const r = Retry.ladder(Remedy.reorder)",
      "const r = Retry.never",
      "const r = Retry.on({ ...Retry.never.on, Timeout: Retry.again() })",
      "const r = Retry.on({ NonFinite: s, Diverged: s, OutOfMemory: s, DataFault: s, EngineFault: s, WorkerLost: s, Preempted: s, Timeout: s })",
      "const r = Retry.ladder(...rungs)"
    ]
  },
  "accept/without-reason": {
    fires: [
      ["const r = Recipe.accept(\"clip/off-on-cold-start\", \"\")(a)", "\"\""],
      ["const r = Recipe.accept(\"clip/off-on-cold-start\")(a)", "Recipe.accept(\"clip/off-on-cold-start\")"],
      ["const r = Recipe.accept(\"clip/off-on-cold-start\", \"TODO\")(a)", "\"TODO\""],
      ["const r = Recipe.accept(\"clip/off-on-cold-start\", \"clip/off-on-cold-start\")(a)", "\"clip/off-on-cold-start\""]
    ],
    holds: [
      "const r = Recipe.accept(\"clip/off-on-cold-start\", \"this arm shows what happens without\")(a)",
      "const r = Recipe.accept(\"clip/off-on-cold-start\", why)(a)",
      "const Recipe = { accept: (a, b) => a }\nconst r = Recipe.accept(\"x\", \"\")"
    ]
  },
  "accept/unknown-rule": {
    fires: [
      ["const r = Recipe.accept(\"clip/of-on-cold-start\", \"it is meant\")(a)", "\"clip/of-on-cold-start\""],
      ["const r = Recipe.accept(\"source/random\", \"it is meant\")(a)", "\"source/random\""]
    ],
    holds: [
      "const r = Recipe.accept(\"clip/off-on-cold-start\", \"it is meant\")(a)",
      "const r = Recipe.accept(\"data/unknown\", \"it is meant\")(a)",
      "const r = Recipe.accept(rule, \"it is meant\")(a)"
    ]
  }
}

/** What a rule finds in sources, each a file of one folder. */
const foundIn = (id: string, sources: ReadonlyArray<string>) => {
  const rule = Rules.checked.find((one) => one.id === id)
  if (rule === undefined) throw new Error(`there is no rule ${id}`)
  const files = sources.map((source, index) => [
    `case-${index}.ts`,
    /(?:^|\n)import |const (?:Experiment|Warmup|Clip|Recipe) = /.test(source) ? source : Linting.preamble + source
  ] as const)
  const all = Linting.modules({ ...beside, ...Object.fromEntries(files) })
  const wanted = all.slice(Object.keys(beside).length)
  // Each is compared with the files beside it alone, and not with the other cases.
  return wanted.map((module) => Linting.apply(rule, module, [...all.slice(0, 3), module]))
}

describe("Rules", () => {
  it("has cases for every rule that looks at one file", () => {
    const alone = Rules.checked.map(({ id }) => id).filter((id) => id !== "experiment/same-name")
    assert.sameMembers(Object.keys(cases), alone)
  })

  for (const [id, { fires, holds }] of Object.entries(cases)) {
    describe(id, () => {
      it("fires where it should, and names the place", () => {
        const found = foundIn(id, fires.map(([source]) => source))
        for (const [index, [source, ...at]] of fires.entries()) {
          assert.deepStrictEqual(found[index]?.map((one) => one.at), at, source)
        }
      })

      it("holds where nothing is wrong, and where it merely looks so", () => {
        const found = foundIn(id, holds)
        for (const [index, source] of holds.entries()) assert.deepStrictEqual(found[index], [], source)
      })
    })
  }

  it("names the files that share a name, and a name that one file gives twice", () => {
    const rule = Rules.checked.find(({ id }) => id === "experiment/same-name")
    if (rule === undefined) throw new Error("there is no such rule")
    const made = (name: string): string => `import { Experiment } from "ballast"\nexport default Experiment.make(${name}, {})\n`
    const all = Linting.modules({
      "a.ts": made(`"same"`),
      "nested/b.ts": made("`same`"),
      "c.ts": made(`"other"`),
      "d.ts": `${made(`"twice"`)}const again = Experiment.make("twice", {})\n`,
      "e.ts": made("computed()")
    })
    const found = all.map((module) => Linting.apply(rule, module, all).map(({ message }) => message))
    assert.deepStrictEqual(found, [
      [`"same" is also in experiments/nested/b.ts`],
      [`"same" is also in experiments/a.ts`],
      [],
      [`"twice" is also in this file, too`, `"twice" is also in this file, too`],
      []
    ])
  })

  it("lets a file be that other files take experiments from", () => {
    const rule = Rules.checked.find(({ id }) => id === "experiment/no-default-export")
    if (rule === undefined) throw new Error("there is no such rule")
    const [shared, ...others] = Linting.modules({
      "shared.ts": `import { Experiment } from "ballast"\nexport const one = Experiment.make("one", {})\n`,
      "one.ts": `export { one as default } from "./shared.ts"\n`
    })
    if (shared === undefined) throw new Error("there is no module")
    assert.deepStrictEqual(Linting.apply(rule, shared, [shared, ...others]), [])
    assert.strictEqual(Linting.apply(rule, shared).length, 1)
  })

  it("says what is meant by a name that is nearly right", () => {
    const message = (id: string, source: string) => foundIn(id, [source])[0]?.[0]?.message
    assert.strictEqual(message("dsl/unknown", "Clip.globalNrom(1)"), `Clip has no globalNrom; did you mean "globalNorm"?`)
    assert.match(message("dsl/unknown", "Clip.value(1)") ?? "", /on purpose/)
    assert.match(message("expect/unknown-arm", experiment(`expect: [Expect.finite("c")]`)) ?? "", /there are "a", "b"/)
    assert.match(message("accept/unknown-rule", `Recipe.accept("clip/of-on-cold-start", "meant")`) ?? "", /did you mean "clip\/off-on-cold-start"\?/)
  })

  it("goes round in no circle", () => {
    const sources = [
      "const a = b\nconst b = a\nconst x = a.now()",
      "const a = x[a]\nconst y = a.now()",
      "const { a } = a\nconst y = a.now()",
      "import { a } from \"./circle.ts\"\nconst y = a.now()",
      "const a = { ...a, ...b }\nconst b = { ...a }\nExperiment.make(\"e\", a)",
      "const a = `${a}${b}`\nconst b = a + a\nExperiment.make(b, {})",
      "const a = Recipe.with(b, {})\nconst b = Recipe.with(a, {})\nExperiment.make(\"e\", { arms: { a, b }, expect: [Expect.finite(\"a\")] })",
      `const a0 = "x" + "y"\n${Array.from({ length: 200 }, (_, n) => `const a${n + 1} = a${n} + a${n}`).join("\n")}\nExperiment.make(a200, { question: a100 })`,
      `const a0 = Date\n${Array.from({ length: 1000 }, (_, n) => `const a${n + 1} = a${n}`).join("\n")}\na1000.now()`
    ]
    const all = Linting.modules({ ...beside, ...Object.fromEntries(sources.map((source, index) => [`${index}.ts`, Linting.preamble + source])) })
    for (const rule of Rules.checked) for (const module of all) Linting.apply(rule, module, all)
  })

  it("has a different name for every finding, and says why and what to do", () => {
    const ids = Rules.all.map(({ id }) => id)
    assert.strictEqual(new Set(ids).size, ids.length)
    for (const { id, wayOut, what, why } of Rules.all) {
      assert.match(id, /^[a-z]+\/[a-z-]+$/)
      for (const text of [what, why, wayOut]) assert.match(text, /^[^A-Z.][^]*[^.]$/, id)
    }
  })
})

describe("docs/LintExamples.ts", () => {
  const ids = Rules.suppressible
  const whole = (source: string): string => source.startsWith("import ") ? source : Linting.preamble + source

  it("shows of every rule what it finds, and what it lets pass", () => {
    for (const [id, { found, instead }] of Object.entries(lintExamples)) {
      const rule = Rules.checked.find((one) => one.id === id)
      const foundBy = (source: string): ReadonlyArray<string> => {
        const module = Linting.module(whole(source))
        const findings = Rules.checked.flatMap((one) => Linting.apply(one, module).map(() => one.id))
        if (rule !== undefined) return findings
        const raw = Rules.checked.flatMap((one) => one.check(module, [module]).map((of) => ({ ...of, rule: one })))
        return Suppressions.sort(module, raw, ids).findings.map((finding) => finding.rule.id)
      }
      assert.include(foundBy(found), id, found)
      assert.notInclude(foundBy(instead), id, instead)
    }
  })

  it("misses those rules alone that one file cannot show", () => {
    const missing = Rules.all.map(({ id }) => id).filter((id) => !(id in lintExamples))
    assert.sameMembers(missing, ["experiment/same-name", "source/unseen-characters", "source/syntax", "source/unreadable"])
  })
})
