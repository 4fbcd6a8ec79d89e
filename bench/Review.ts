import { git } from "../test/runtime/source/repositories.ts"
import { experiment, inProject, type Project } from "../test/e2e/project.ts"
import type { Bench } from "./Bench.ts"
import * as Timing from "./Timing.ts"

const turns = 7
const many = 50

/** Makes a repository of so many experiments, the first of which its branch `change` trains otherwise. */
const repository = ({ folder, write }: Project, count: number): void => {
  const commit = (): void => {
    git(folder, ["add", "experiments"])
    git(folder, ["commit", "--quiet", "--message", "a"])
  }
  const at = (index: number, steps: number): string =>
    write(`experiments/e-${index}.ts`, experiment({ name: `e-${index}`, steps: steps + index }))
  for (let index = 0; index < count; index++) at(index, 100)
  git(folder, ["init", "--quiet", "--initial-branch=main"])
  commit()
  git(folder, ["checkout", "--quiet", "-b", "change"])
  at(0, 200)
  commit()
}

const timed = ({ ballast }: Project, ...parameters: ReadonlyArray<string>) => async (): Promise<ReadonlyArray<number>> => {
  const began = performance.now()
  const { code, stderr } = await ballast(...parameters)
  const milliseconds = performance.now() - began
  if (code !== 0) throw new Error(`ballast ${parameters.join(" ")} ended with ${code}: ${stderr}`)
  return [milliseconds]
}

const diff = (project: Project) => timed(project, "diff", "--base", "main", "--head", "change")
const lint = (project: Project) => timed(project, "lint")

/** Measures what a reviewer waits for where there are many experiments, beside where there is one. */
export const review: Bench = {
  title: `ballast diff with one experiment of ${many} changed, and ballast lint of ${many}, each beside a repository of one`,
  prediction: `a diff of ${many} takes at most 3 s, and 1.5 times as long as of one; lint of ${many} at most 3 s, and twice as long`,
  measure: () =>
    inProject((one) =>
      inProject(async (all) => {
        repository(one, 1)
        repository(all, many)
        const contestants = { diffOne: diff(one), diffAll: diff(all), lintOne: lint(one), lintAll: lint(all) }
        for (const contestant of Object.values(contestants)) await contestant()
        const times = await Timing.alternate(turns, contestants)
        const row = (name: string, alone: ReadonlyArray<number> = [], among: ReadonlyArray<number> = []): ReadonlyArray<string> => [
          Timing.told(`${name} of ${many}`, among),
          Timing.told(`${name} of one`, alone),
          `${name}: ${many} / one = ${(Timing.median(among) / Timing.median(alone)).toFixed(2)}`
        ]
        return [...row("diff", times["diffOne"], times["diffAll"]), ...row("lint", times["lintOne"], times["lintAll"])]
      })
    )
}
