import { rangeOf } from "../Edit.ts"
import type { Rule } from "../Rule.ts"

/** Refuses two experiments of one name. */
export const sameName: Rule = {
  id: "experiment/same-name",
  severity: "error",
  what: "a name that another experiment has",
  why: "runs, baselines and comparisons go by the name, and the two are taken for one",
  wayOut: "give each a name of its own, such as its file's",
  check: (module, all) =>
    module.experiments.flatMap(({ call, name }) => {
      if (name === null) return []
      const others = all.flatMap(({ experiments, file }) =>
        experiments.filter((other) => other.call !== call && other.name?.text === name.text).map(() => file)
      )
      const elsewhere = [...new Set(others)].filter((file) => file !== module.file)
      const where = others.length === 0 ? null : elsewhere.length === 0 ? "this file, too" : elsewhere.join(", ")
      return where === null ? [] : [{ at: rangeOf(name.node), message: `"${name.text}" is also in ${where}` }]
    })
}
