import * as Effect from "effect/Effect"
import * as Plan from "../plan/Plan.ts"
import * as ValidateText from "../report/ValidateText.ts"
import * as Prepare from "../run/Prepare.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Output from "./Output.ts"

const nameOf = ({ dataset }: Prepare.Found): string => dataset._tag === "Shapes" ? "shapes" : dataset.name

const both = ({ train, val }: { readonly train: number; readonly val: number }): number => train + val

/** Says what is wrong with a data set itself, under the field of every arm that names it. */
const dataErrors = ({ data, plan }: Prepare.Prepared): ValidateText.Validation["errors"] =>
  data.flatMap(({ dataset, source }) =>
    Prepare.isOpen(source) ? [] : plan.arms
      .filter(({ recipe }) => recipe.data === dataset)
      .map(({ arm }) => ({ path: `arms.${arm}.data`, message: source.message }))
  )

/** What the plan cannot know without the data is said once, by the data set's own error. */
const followsFromMissingData = (rule: string): boolean => rule === "data/unknown" || rule === "data/unknown-steps"

const ofPrepared = (prepared: Prepare.Prepared, strict: boolean): ValidateText.Validation => {
  const { data, experiment, plan } = prepared
  const errors = dataErrors(prepared)
  return {
    experiment: experiment.name,
    valid: errors.length === 0 && Plan.isValid(plan, { strict }),
    arms: plan.arms.map(({ arm, findings, recipe }) => ({
      arm,
      findings: Prepare.isOpen(prepared.sourceOf(recipe.data))
        ? findings
        : findings.filter(({ rule }) => !followsFromMissingData(rule))
    })),
    errors,
    data: data.flatMap((found) =>
      Prepare.isOpen(found.source)
        ? [{
          name: nameOf(found),
          images: both(found.source.facts.images),
          boxes: both(found.source.facts.boxes),
          leaked: found.source.facts.leaked,
          excluded: found.source.excluded
        }]
        : []
    )
  }
}

/** `ballast validate`: checks an experiment, its plan and its data, and reports everything at once. */
export const validate = CommandLine.Command.make(
  "validate",
  {
    file: CommandLine.file,
    ...CommandLine.shared,
    strict: CommandLine.given("strict", "let warnings block, too"),
    rehash: CommandLine.given("rehash", "look at every file of the data again")
  },
  Effect.fn(function*({ json, rehash, strict, ...flags }) {
    const { ended, validation } = yield* Experiments.prepare(flags, { rehash }).pipe(
      Effect.map(({ prepared }) => {
        const validation = ofPrepared(prepared, strict)
        const missing = prepared.data.some(({ source }) => !Prepare.isOpen(source) && source._tag === "DataMissing")
        return { validation, ended: validation.valid ? code.done : missing ? code.environment : code.no }
      }),
      Effect.catchTag("InvalidExperiment", ({ experiment, issues }) =>
        Effect.succeed({
          validation: { experiment, valid: false, arms: [], errors: issues, data: [] } satisfies ValidateText.Validation,
          ended: code.no
        }))
    )
    yield* json
      ? Output.json({ format: "ballast.validate/1", ...validation })
      : Output.lines(ValidateText.of(validation, Output.columns()))
    if (ended !== code.done) return yield* new Ended({ code: ended })
  })
).pipe(CommandLine.Command.withDescription("Check an experiment, its plan and its data, without running anything"))
