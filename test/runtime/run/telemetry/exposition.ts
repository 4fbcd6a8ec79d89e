/**
 * Prometheus' text format, read strictly, line by line.
 */
import { assert } from "@effect/vitest"

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string | null
  readonly type: string
  readonly samples: ReadonlyArray<Sample>
}

const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)*)$/
const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/
const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`
const number = String.raw`NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?`
const sample = new RegExp(String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(${label}(?:,${label})*)?\})? (${number})$`)

const numberOf = (text: string): number => text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text)

const labelsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(label, "g"))].map(([pair]) => {
      const at = pair.indexOf("=")
      const value = pair.slice(at + 2, -1).replace(/\\(.)/g, (_, character: string) => character === "n" ? "\n" : character)
      return [pair.slice(0, at), value]
    })
  )

const belongs = (name: string, family: Family): boolean =>
  family.type === "histogram" ? /^(.*)_(bucket|sum|count)$/.exec(name)?.[1] === family.name : name === family.name

const checkHistogram = ({ name, samples }: Family): void => {
  const buckets = samples.filter((one) => one.name === `${name}_bucket`)
  const bounds = buckets.map(({ labels }) => numberOf(labels["le"] ?? ""))
  assert.strictEqual(bounds.at(-1), Infinity, name)
  assert.deepStrictEqual(bounds, bounds.toSorted((left, right) => left - right), name)
  const counts = buckets.map(({ value }) => value)
  assert.deepStrictEqual(counts, counts.toSorted((left, right) => left - right), name)
  assert.strictEqual(samples.find((one) => one.name === `${name}_count`)?.value, counts.at(-1), name)
  assert.strictEqual(samples.filter((one) => one.name === `${name}_sum`).length, 1, name)
}

/** Reads a page, and fails at the first line that breaks the format. */
export const parse = (page: string): ReadonlyArray<Family> => {
  assert.isTrue(page.endsWith("\n"), "the last line is whole")
  const families: Array<Family & { readonly samples: Array<Sample> }> = []
  let told: readonly [name: string, help: string] | null = null
  for (const line of page.slice(0, -1).split("\n")) {
    const helped = help.exec(line)
    const typed = type.exec(line)
    const sampled = sample.exec(line)
    if (helped !== null) {
      assert.isNull(told, line)
      told = [helped[1] ?? "", helped[2] ?? ""]
    } else if (typed !== null) {
      const [, name = "", kind = ""] = typed
      assert.isTrue(told === null || told[0] === name, line)
      assert.isFalse(families.some((family) => family.name === name), `${name} is there twice`)
      families.push({ name, help: told?.[1] ?? null, type: kind, samples: [] })
      told = null
    } else if (sampled !== null) {
      const [, name = "", labels = "", value = ""] = sampled
      const family = families.at(-1)
      if (family === undefined || !belongs(name, family)) return assert.fail(`${line} belongs to no family`)
      const one = { name, labels: labelsOf(labels), value: numberOf(value) }
      const key = JSON.stringify([name, one.labels])
      const keys = family.samples.map((other) => JSON.stringify([other.name, other.labels]))
      assert.notInclude(keys, key, `${line} is there twice`)
      family.samples.push(one)
    } else assert.fail(`no line of the format: ${JSON.stringify(line)}`)
  }
  for (const family of families) if (family.type === "histogram") checkHistogram(family)
  return families
}

/** Finds the value of one sample; fails where there is none. */
export const valueOf = (
  families: ReadonlyArray<Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): number => {
  const found = families.flatMap(({ samples }) => samples).find((one) =>
    one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels)
  )
  return found?.value ?? assert.fail(`there is no ${name} ${JSON.stringify(labels)}`)
}
