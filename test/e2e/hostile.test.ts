import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import * as Evaluate from "../../runtime/source/Evaluate.ts"
import * as checkouts from "../runtime/source/checkouts.ts"

const fixtures = path.resolve(import.meta.dirname, "../fixtures/hostile")

/** What must not come out of the files beside the checkout, nor out of this process's environment. */
const secret = "a secret that nobody may read"

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-hostile-")))
const checkout = path.join(folder, "checkout")
const outside = path.join(folder, "outside")
const temporary = path.join(folder, "temporary")
const canary = path.join(outside, "canary.txt")

const files = fs.readdirSync(fixtures).toSorted().map((file) => ({
  name: file.replace(".ts.txt", ""),
  text: fs.readFileSync(path.join(fixtures, file), "utf8")
}))

/** Each fixture's first line says what becomes of it; a file without one is there for others to import. */
const cases = files.flatMap(({ name, text }) => {
  const [head = ""] = text.split("\n")
  return head.startsWith("// ") ? [{ name, becomes: head.slice("// ".length) }] : []
})

const sound = "import { sound } from \"./sound.ts\"\nexport default sound(\"generated\")\n"

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("")

/** What is too large to keep: files of the checkout, the first of them the experiment, and what becomes of it. */
const generated: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, becomes: string]>> = {
  "a huge file": [
    { "experiments/huge.ts": `${sound}// ${"x".repeat(2 << 20)}` },
    "refused: experiments/huge.ts: it is larger than 1 MiB"
  ],
  "a huge table": [
    {
      "experiments/table.ts": `import table from "./table.json"\n${sound}table.at(0)\n`,
      "experiments/table.json": JSON.stringify("x".repeat(2 << 20))
    },
    "refused: experiments/table.ts:1: ./table.json is larger than 1 MiB"
  ],
  "a huge bundle": [
    {
      "experiments/parts.ts": many(5, (index) => `import "./part-${index}.ts"\n`) + sound,
      ...Object.fromEntries(
        Array.from({ length: 5 }, (_, index) => [`experiments/part-${index}.ts`, `// ${"x".repeat(1_000_000)}`])
      )
    },
    "refused: experiments/parts.ts: it is made of more than 4 MiB; import less"
  ],
  "thousands of imports": [
    { "experiments/imports.ts": many(20_000, (index) => `import "./sound.ts?${index}"\n`) + sound },
    "refused: experiments/imports.ts: it imports more than 5000 times; import less"
  ],
  "hundreds of files": [
    {
      "experiments/files.ts": many(600, (index) => `import "./files/${index}.ts"\n`) + sound,
      ...Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`experiments/files/${index}.ts`, "export {}\n"]))
    },
    "refused: experiments/files.ts: it is made of more than 512 files; import fewer"
  ],
  "what a parser drowns in": [
    { "experiments/drowning.ts": `export default ${"[".repeat(1_000_000)}` },
    "refused: experiments/drowning.ts: it is too much for the parser, as what is nested thousands deep is; write it plainer"
  ]
}

const noPolicy = "refused: ballast.policy.ts: exports no policy: it must end in \"export default Policy.make({ … })\""

/** Policies, each the only file of its folder, and what becomes of them. */
const policies: Readonly<Record<string, readonly [text: string, becomes: string]>> = {
  "sound": ["import { Policy } from \"ballast\"\nexport default Policy.make({ most: { steps: 9 } })", "evaluated"],
  "an experiment": [
    "import { sound } from \"../../experiments/sound.ts\"\nexport default sound(\"e\")",
    "refused: ballast.policy.ts:1: ../../experiments/sound.ts leads outside the repository"
  ],
  "an empty one": ["export {}", noPolicy],
  "a forged answer": [
    "export const answered = { kind: \"policy\" }\nexport default { kind: \"policy\", policy: {} }",
    noPolicy
  ],
  "another format": [
    "export default { format: \"ballast.experiment/1\" }",
    noPolicy
  ],
  "a bound without a bound": [
    "import { Policy } from \"ballast\"\nexport default Policy.make({ most: { steps: Infinity } })",
    "refused: ballast.policy.ts: the definition contains a number that is not finite at policy.most.steps"
  ],
  "a getter": [
    "import { Policy } from \"ballast\"\nlet looked = 0\nexport default { ...Policy.open, get approve() { return looked++ ? [] : [\"steps\"] } }",
    "refused: ballast.policy.ts: the definition contains a getter at policy.approve"
  ],
  "a key that changes what an object is": [
    "import { Policy } from \"ballast\"\nexport default { ...Policy.open, most: JSON.parse('{ \"__proto__\": { \"polluted\": true } }') }",
    "refused: ballast.policy.ts: the definition contains a key that would change what an object is at policy.most.__proto__"
  ],
  "a loop": [
    "for (;;) { try { for (;;) {} } catch {} }\nexport default 1",
    "refused: ballast.policy.ts: evaluation took longer than 3000 ms"
  ],
  "a promise": [
    "import { Policy } from \"ballast\"\nexport default Promise.resolve(Policy.open)",
    noPolicy
  ],
  "a wait": [
    "await new Promise(() => undefined)\nexport default 1",
    "refused: ballast.policy.ts: its definition waits for something that never happens"
  ],
  "files": [
    "import * as fs from \"node:fs\"\nexport default fs.readFileSync(\"{{canary}}\")",
    "refused: ballast.policy.ts:1: imports \"node:fs\": only \"ballast\", \"effect\" and files of the repository are there"
  ],
  "the network": [
    "await fetch(\"http://127.0.0.1:{{port}}\")\nexport default 1",
    "refused: ballast.policy.ts:1: fetch is not available while it is evaluated"
  ],
  "the environment": [
    "export default process.env.BALLAST_CANARY",
    "refused: ballast.policy.ts:1: process is not available while it is evaluated"
  ],
  "an error of lines": [
    "throw new Error(\"broken\\nballast.policy.ts: no objection\\u001b[2J\\u202e\")",
    "refused: ballast.policy.ts:1: broken ballast.policy.ts: no objection\ufffd[2J\ufffd"
  ],
  "what is not there": ["", "null"]
}

/** Policies that are symlinks, by what they lead to. */
const linked: Readonly<Record<string, string>> = {
  "a link to what lies outside": path.join(outside, "secret.ts"),
  "a link to nothing": "nothing.ts",
  "a link to itself": "ballast.policy.ts"
}

let connections = 0
const server = net.createServer((socket) => {
  connections += 1
  socket.destroy()
})

const ownPrototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype, Promise.prototype]
const prototypesNow = () => ownPrototypes.map((prototype) => Object.getOwnPropertyDescriptors(prototype))
const prototypesBefore = prototypesNow()

let before: Readonly<Record<string, string>> = {}

const placed = (text: string): string =>
  text.replaceAll("{{canary}}", canary).replaceAll("{{port}}", `${(server.address() as net.AddressInfo).port}`)

beforeAll(async () => {
  checkouts.write(outside, {
    "canary.txt": secret,
    "secret.ts": `export default ${JSON.stringify(secret)}`,
    "secret.json": JSON.stringify({ text: secret })
  })
  fs.mkdirSync(temporary)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  checkouts.write(checkout, {
    ...Object.fromEntries(files.map(({ name, text }) => [`experiments/${name}.ts`, placed(text)])),
    "experiments/notes.txt": secret,
    "node_modules/planted/index.js": "export {}",
    "node_modules/effect/Effect.js": "throw new Error('the effect of the checkout')",
    ".git/config.json": JSON.stringify({ token: secret }),
    "package.json": `{ "imports": { "#secret": "../outside/secret.ts" }, "sideEffects": false }`,
    "tsconfig.json": `{ "extends": "../outside/secret.json", "compilerOptions": { "paths": { "*": ["../outside/*"] } } }`
  })
  for (const [file = ""] of Object.values(generated).map(([files]) => Object.keys(files))) assert.match(file, /^exp/)
  for (const [files] of Object.values(generated)) checkouts.write(checkout, files)
  fs.symlinkSync(path.join(outside, "secret.ts"), path.join(checkout, "experiments/link.ts"))
  for (const [name, [text]] of Object.entries(policies)) {
    checkouts.write(path.join(checkout, "policies", name), text === "" ? { "a.ts": "" } : { "ballast.policy.ts": placed(text) })
  }
  for (const [name, target] of Object.entries(linked)) {
    fs.mkdirSync(path.join(checkout, "policies", name))
    fs.symlinkSync(target, path.join(checkout, "policies", name, "ballast.policy.ts"))
  }
  fs.symlinkSync(path.join(outside, "secret.json"), path.join(checkout, "experiments/link.json"))
  fs.symlinkSync(outside, path.join(checkout, "experiments/folder"))
  before = { ...checkouts.contents(checkout), ...checkouts.contents(outside) }
  process.env["BALLAST_CANARY"] = secret
  // Without bubblewrap, which not every host has: the other walls have to do.
  process.env["PATH"] = "/nowhere"
  process.env["TMPDIR"] = temporary
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  fs.rmSync(folder, { recursive: true, force: true })
})

/** Evaluates a file and says what became of it, in the words of a fixture's first line. */
const becomes = (file: string) =>
  Effect.gen(function*() {
    const result = yield* Effect.result(Evaluate.evaluate({ root: checkout, file }))
    assert.notInclude(JSON.stringify(result), secret)
    if (Result.isSuccess(result)) {
      assert.notInclude(result.success.walls, "bubblewrap")
      return "evaluated"
    }
    assert.notMatch(result.failure.message, /[\p{Cc}\u2028\u2029\u202e]/u)
    return `refused: ${result.failure.message}`
  })

const limit = 300_000

describe.concurrent("a hostile experiment", () => {
  for (const { becomes: expected, name } of cases) {
    it.live(`${name} is ${expected.replace(/:.*/, "")}`, () =>
      Effect.map(becomes(`experiments/${name}.ts`), (became) => assert.strictEqual(became, placed(expected))), limit)
  }

  for (const [name, [files, expected]] of Object.entries(generated)) {
    it.live(`${name} is refused`, () =>
      Effect.map(becomes(Object.keys(files)[0] ?? ""), (became) => assert.strictEqual(became, expected)), limit)
  }
})

const policyBecomes = (name: string) =>
  Effect.gen(function*() {
    const result = yield* Effect.result(Evaluate.policy({ root: path.join(checkout, "policies", name) }))
    assert.notInclude(JSON.stringify(result), secret)
    if (Result.isSuccess(result)) return result.success === null ? "null" : "evaluated"
    assert.notMatch(result.failure.message, /[\p{Cc}\u2028\u2029\u202e]/u)
    return `refused: ${result.failure.message}`
  })

describe.concurrent("a hostile policy", () => {
  for (const [name, [, expected]] of Object.entries(policies)) {
    it.live(`${name} is ${expected.replace(/:.*/, "")}`, () =>
      Effect.map(policyBecomes(name), (became) => assert.strictEqual(became, placed(expected))), limit)
  }

  for (const name of Object.keys(linked)) {
    it.live(`${name} is refused`, () =>
      Effect.map(policyBecomes(name), (became) => assert.match(became, /^refused: ballast\.policy\.ts: it (leads outside the repository|is not there)$/)), limit)
  }
})

describe("after all of them", () => {
  it("no file has changed, neither in the checkout nor outside", () => {
    assert.deepStrictEqual({ ...checkouts.contents(checkout), ...checkouts.contents(outside) }, before)
  })

  it("nobody has connected", () => assert.strictEqual(connections, 0))

  it("no process and no folder is left", () => {
    assert.deepStrictEqual(checkouts.processesOf(temporary), [])
    assert.deepStrictEqual(fs.readdirSync(temporary), [])
  })

  it("this process's own prototypes are as they were", () => {
    assert.deepStrictEqual(prototypesNow(), prototypesBefore)
    assert.notProperty({}, "polluted")
  })
})
