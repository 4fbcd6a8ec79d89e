import * as Effect from "effect/Effect"
import * as Plan from "../plan/Plan.ts"
import * as ValidateText from "../report/ValidateText.ts"
import * as Prepare from "../run/Prepare.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Output from "./Output.ts"

const nameOf = ({ dataset }: Prepare.Found): string => dataset._tag === "Yolo" ? dataset.name : "shapes"

const both = ({ train, val }: { readonly train: number; readonly val: number }): number => train + val

/** Says what is wrong with a data set itself, under the field of every arm that names it. */
const dataErrors = ({ data, plan }: Prepare.Prepared): ValidateText.Validation["errors"] =>
  data.flatMap(({ dataset, source }) =>
    Prepare.isOpen(source) ? [] : plan.arms
      .filter(({ recipe }) => recipe.data === dataset)
      .map(({ arm }) => ({ path: `arms.${arm}.data`, message: source.message }))
  )

const ofPrepared = (prepared: Prepare.Prepared, strict: boolean): ValidateText.Validation => {
  const { data, experiment, plan } = prepared
  const errors = dataErrors(prepared)
  return {
    experiment: experiment.name,
    valid: errors.length === 0 && Plan.isValid(plan, { strict }),
    arms: plan.arms.map(({ arm, findings }) => ({ arm, findings })),
    errors,
    data: data.flatMap((found) =>
      Prepare.isOpen(found.source)
        ? [{
          name: nameOf(found),
          images: both(found.source.facts.images),
          boxes: both(found.source.facts.boxes),
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
    const validation = yield* Experiments.prepare(flags, { rehash }).pipe(
      Effect.map(({ prepared }) => ofPrepared(prepared, strict)),
      Effect.catchTag("InvalidExperiment", ({ experiment, issues }) =>
        Effect.succeed<ValidateText.Validation>({ experiment, valid: false, arms: [], errors: issues, data: [] }))
    )
    yield* json
      ? Output.json({ format: "ballast.validate/1", ...validation })
      : Output.lines(ValidateText.of(validation, Output.columns()))
    if (!validation.valid) return yield* new Ended({ code: code.no })
  })
).pipe(CommandLine.Command.withDescription("Check an experiment, its plan and its data, without running anything"))
