import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Fault from "../../dsl/Fault.ts"
import * as Injection from "../../dsl/Injection.ts"
import * as Remedy from "../../dsl/Remedy.ts"
import type { Change, Verdict } from "../../runtime/fault/Diagnosis.ts"
import { cases } from "../e2e/faults.ts"

const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/faults.md"), "utf8")

/** The rows of the table whose first column has this heading, cell by cell, code without its backticks. */
const table = (heading: string, at = 0): ReadonlyArray<ReadonlyArray<string>> => {
  const tables = page.split("\n\n").filter((block) => block.startsWith(`| ${heading} |`))
  const [, , ...rows] = (tables[at] ?? "").split("\n").filter((line) => line.startsWith("|"))
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")))
}

const first = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => rows.map(([cell = ""]) => cell)

const injections: { readonly [Tag in Injection.Injection["_tag"]]: Extract<Injection.Injection, { readonly _tag: Tag }> } = {
  Nan: { _tag: "Nan", step: 25, always: false, node: null },
  InfGradient: { _tag: "InfGradient", step: 25, always: false, node: null },
  BadImage: { _tag: "BadImage", index: 7 },
  Oom: { _tag: "Oom", step: 25 },
  Kill: { _tag: "Kill", step: 25 },
  Stall: { _tag: "Stall", step: 25 },
  DiskFull: { _tag: "DiskFull", checkpoint: 2 }
}

const verdicts: { readonly [Name in Verdict]: true } = {
  transient: true,
  "bad-data": true,
  explosion: true,
  "bad-graph": true,
  "engine-fault": true
}

const changes: { readonly [Name in Change]: true } = {
  "same again": true,
  "without the batch": true,
  "half the learning rate": true,
  "a tighter clip": true,
  "without augmentation": true,
  "another engine": true
}

describe("docs/faults.md", () => {
  it("lists every fault", () => {
    assert.sameMembers([...first(table("fault"))], Object.keys(Fault))
  })

  it("lists every remedy", () => {
    const made = Object.keys(Remedy).filter((name) => /^[a-z]/.test(name)).map((name) => `Remedy.${name}`)
    assert.sameMembers([...first(table("remedy"))], made)
  })

  it("lists every trial, every verdict, and what is done about each", () => {
    assert.sameMembers([...first(table("trial"))], Object.keys(changes))
    for (const at of [0, 1]) assert.sameMembers([...first(table("verdict", at))], Object.keys(verdicts))
  })

  it("lists every injection, each as it is typed", () => {
    const listed = first(table("injection"))
    for (const injection of Object.values(injections)) assert.include(listed, Injection.text(injection))
    for (const text of listed) assert.strictEqual(Injection.parse(text)._tag, "Success", text)
  })

  it("says of each what whole runs with it are tested to come to", () => {
    const rows = table("injection")
    const diagnosed = cases.filter(({ retry }) => retry.startsWith("Retry.diagnosed"))
    assert.isAbove(diagnosed.length, 8)
    for (const { exit, fault, injection, verdict } of diagnosed) {
      const typed = injection.replace(/!:.*/, "!:NODE")
      const row = rows.find(([text]) => text === typed)
      assert.deepStrictEqual(row && [row[2], row[3], row[5]], [fault, verdict ?? "none", String(exit)], injection)
    }
  })

  it("lists every rule of advice", () => {
    const source = fs.readFileSync(path.resolve(import.meta.dirname, "../../runtime/train/Advice.ts"), "utf8")
    const rules = new Set([...source.matchAll(/"((?:clip|warmup|retry)\/[a-z-]+)"/g)].map(([, rule = ""]) => rule))
    assert.isAbove(rules.size, 5)
    assert.sameMembers([...first(table("rule"))], [...rules])
  })
})
