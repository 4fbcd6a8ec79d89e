import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { parse } from "yaml"
import * as About from "../../runtime/run/telemetry/About.ts"
import * as LogLine from "../../runtime/run/telemetry/LogLine.ts"
import { families, type Family } from "../../runtime/run/telemetry/Metrics.ts"
import * as TraceSettings from "../../runtime/run/telemetry/TraceSettings.ts"
import { part } from "../require.ts"
import * as Promtool from "../runtime/run/telemetry/promtool.ts"

const root = path.resolve(import.meta.dirname, "../..")
const page = fs.readFileSync(path.join(root, "docs/operation.md"), "utf8")

/** The rows of the table whose heading begins with a word, cell by cell. */
const rows = (heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const [, table = ""] = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? []
  return table.trimEnd().split("\n").map((row) => row.slice(2, -2).split(" | "))
}

const code = (text: string): string => `\`${text}\``

const named = (cell = ""): ReadonlyArray<string> => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)

const labelsOf = ({ name, series }: Family): string => {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one.labels)))]
  // Of versions there is no end.
  if (name.endsWith("_info")) return labels.map(code).join("; ")
  const values = (label: string) => [...new Set(series.map((one) => one.labels[label] ?? ""))].map(code).join(", ")
  return labels.map((label) => `${code(label)}: ${values(label)}`).join("; ")
}

const blocks = (language: string): ReadonlyArray<string> =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) => block)

const sources = fs.readdirSync(path.join(root, "runtime"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => fs.readFileSync(path.join(root, "runtime", file), "utf8"))

const [scraping = "", alerts = ""] = blocks("yaml")

/** The metrics that the page's queries and alerts ask for. */
const asked = [...rows("question").map(([, query = ""]) => query), alerts]
  .flatMap((text) => [...text.matchAll(/\bballast_\w+/g)])
  .map(([name]) => name.replace(/_(bucket|sum|count)$/, ""))

describe("docs/operation.md", () => {
  it("has every metric as it is defined, and no other", () => {
    const expected = families.map((family) => [code(family.name), family.kind, family.unit, labelsOf(family), family.help])
    assert.deepStrictEqual(rows("metric"), expected)
  })

  it("asks for metrics and labels that there are", () => {
    assert.isAbove(asked.length, 5)
    for (const name of asked) assert.include(families.map(({ name }) => name), name)
    const labels = new Set(families.flatMap(({ series }) => series.flatMap((one) => Object.keys(one.labels))))
    for (const [, label = ""] of alerts.matchAll(/(\w+)="/g)) assert.isTrue(labels.has(label), label)
  })

  it("has every field of an entry, and shows one as it is written", () => {
    const shown = LogLine.json({
      at: new Date("2026-03-04T05:06:07.089Z"),
      level: "info",
      message: "run taken",
      about: { run: "mwvd5vx3i5-1", experiment: "coldstart-clip", arm: "clip", seed: 0 },
      cause: null
    })
    assert.strictEqual(blocks("json")[0], shown)
    const own = ["timestamp", "level", "message", "cause"]
    assert.deepStrictEqual(rows("field").map(([name]) => name), [...own, ...About.fields].map(code))
  })

  it("names spans that are made", () => {
    const spans = rows("span").flatMap(([name]) => named(name))
    assert.isAbove(spans.length, 5)
    for (const span of spans) assert.isTrue(sources.some((source) => source.includes(`Effect.fn("${span}"`)), span)
  })

  it("names every variable that is read, and no other", () => {
    const read = new Set<string>()
    const there = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }
    const noting = new Proxy<Readonly<Record<string, string>>>(there, {
      get: (target, name) => {
        read.add(String(name))
        return Reflect.get(target, name) as unknown
      }
    })
    assert.strictEqual(TraceSettings.of(noting).kind, "on")
    assert.sameMembers(rows("variable").flatMap(([name]) => named(name)), [...read])
  })

  it("has a configuration and alerts that are YAML of their shape", () => {
    assert.hasAllKeys(parse(scraping), ["scrape_configs"])
    const { groups } = parse(alerts) as { readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<object> }> }
    const rules = groups.flatMap(({ rules }) => rules)
    assert.strictEqual(rules.length, 2)
    for (const rule of rules) assert.hasAllKeys(rule, ["alert", "expr", "for", "labels", "annotations"])
  })
})

part("promtool", Promtool.available, "docs/operation.md before promtool", () => {
  for (const [what, text] of [["config", scraping], ["rules", alerts]] as const) {
    it(`has ${what} that Prometheus takes`, () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-promtool-"))
      try {
        const file = path.join(folder, `${what}.yml`)
        fs.writeFileSync(file, text)
        assert.strictEqual(Promtool.complaints(what, "", file), "")
      } finally {
        fs.rmSync(folder, { recursive: true })
      }
    })
  }
})
