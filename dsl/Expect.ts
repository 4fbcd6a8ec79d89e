import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/** The figures of a finished run that can be compared; `loss` is the mean over the last tenth of its steps. */
const Metric = Schema.Literals(["loss", "map50", "map", "accuracy"])
export type Metric = typeof Metric.Type

export const Diverges = Schema.TaggedStruct("Diverges", { arm: Schema.String })
export const Finite = Schema.TaggedStruct("Finite", { arm: Schema.String })
export const Compare = Schema.TaggedStruct("Compare", {
  metric: Metric,
  arm: Schema.String,
  relation: Schema.Literals(["below", "above"]),
  than: Schema.Union([Schema.String, Quantity.finite])
})

export const Expect = Schema.Union([Diverges, Finite, Compare])

/** What must hold of a finished experiment, said of its arms by name; the compiler checks that they are there. */
export type Expect<Arm extends string = string> =
  | { readonly _tag: "Diverges"; readonly arm: Arm }
  | { readonly _tag: "Finite"; readonly arm: Arm }
  | {
    readonly _tag: "Compare"
    readonly metric: Metric
    readonly arm: Arm
    readonly relation: "below" | "above"
    readonly than: Arm | number
  }

/** Expects every run of an arm to end in a `NonFinite` or `Diverged` fault. */
export const diverges = <const Arm extends string>(arm: Arm): Expect<Arm> => ({ _tag: "Diverges", arm })

/** Expects every run of an arm to reach its end without a `NonFinite` or `Diverged` fault. */
export const finite = <const Arm extends string>(arm: Arm): Expect<Arm> => ({ _tag: "Finite", arm })

/** One side of a comparison; the other is an arm or a number. */
export interface Subject<Arm extends string> {
  readonly below: {
    (than: number): Expect<Arm>
    <const Than extends string>(than: Than): Expect<Arm | Than>
  }
  readonly above: {
    (than: number): Expect<Arm>
    <const Than extends string>(than: Than): Expect<Arm | Than>
  }
}

const subject = (metric: Metric) => <const Arm extends string>(arm: Arm): Subject<Arm> => ({
  below: <Than extends string>(than: Than | number): Expect<Arm | Than> => ({
    _tag: "Compare",
    metric,
    arm,
    relation: "below",
    than
  }),
  above: <Than extends string>(than: Than | number): Expect<Arm | Than> => ({
    _tag: "Compare",
    metric,
    arm,
    relation: "above",
    than
  })
})

/**
 * Compares the loss at the end, averaged over seeds, with a number or another arm's: the mean over the last tenth of
 * the steps, at least 10; infinite for a failed run.
 */
export const loss = subject("loss")

/**
 * Compares average precision at an IoU of 0.5 on the validation split, averaged over seeds, with a number or another
 * arm's; 0 for a failed run.
 */
export const map50 = subject("map50")

/**
 * Compares average precision over IoUs of 0.5 to 0.95 on the validation split, averaged over seeds, with a number or
 * another arm's; 0 for a failed run.
 */
export const map = subject("map")

/**
 * Compares a classifier's accuracy on the validation split, averaged over seeds, with a number or another arm's: the
 * share of image and class pairs of which it is said rightly whether the image shows the class; 0 for a failed run.
 */
export const accuracy = subject("accuracy")

/** Names the arms that an expectation speaks of. */
export const arms = (expectation: Expect): ReadonlyArray<string> =>
  expectation._tag === "Compare" && typeof expectation.than === "string"
    ? [expectation.arm, expectation.than]
    : [expectation.arm]

/** Says an expectation in words. */
export const text = (expectation: Expect): string => {
  switch (expectation._tag) {
    case "Diverges":
      return `"${expectation.arm}" diverges`
    case "Finite":
      return `"${expectation.arm}" stays finite`
    case "Compare": {
      const than = typeof expectation.than === "string" ? `"${expectation.than}"` : String(expectation.than)
      return `${expectation.metric} of "${expectation.arm}" ${expectation.relation} ${than}`
    }
  }
}
