/**
 * What an attempt is made with, as texts of TensorBoard's.
 */
import * as Effect from "effect/Effect"
import * as Evaluation from "../../run/Evaluation.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import * as Figure from "../Figure.ts"
import * as Markdown from "../Markdown.ts"
import * as RecipeText from "../RecipeText.ts"
import * as Summary from "./Summary.ts"

type Arm = NonNullable<ReturnType<typeof RunFolder.plan>>["arms"][number]

const planOf = ({ findings, graph, identity, schedule, update }: Arm): ReadonlyArray<string> => [
  ...Markdown.block([
    `training: ${identity.training ?? "not known"}`,
    `data: ${identity.data ?? "not known"}`,
    `steps: ${schedule.totalSteps}, warmup ${schedule.warmupSteps}, ${schedule.stepsPerEpoch} an epoch`,
    `update: ${update.join(", ")}`,
    ...(graph === null ? [] : [
      `graph: ${Figure.plural(graph.nodes.length, "node")}, ${Figure.count(Number(graph.parameters))} parameters, ${
        Figure.quantity(Number(graph.flopsPerStep), "FLOPs")
      } a step`
    ])
  ]),
  "",
  ...findings.map(({ message, rule, severity }) => `- ${severity} ${Markdown.code(rule)}: ${Markdown.text(message)}`)
]

/** Lists the plan and the recipe in an attempt's folder; what is not there, or cannot be read, is left out. */
export const of = (attempt: string): ReadonlyArray<Summary.Value> => {
  const arm = RunFolder.plan(attempt)?.arms[0]
  const recipe = Effect.runSync(Evaluation.recipeOf(attempt).pipe(Effect.catch(() => Effect.succeed(null))))
  return [
    ...(arm === undefined ? [] : [Summary.text("plan", planOf(arm).join("\n"))]),
    ...(recipe === null ? [] : [Summary.text("recipe", Markdown.block(RecipeText.source(recipe)).join("\n"))])
  ]
}
