/**
 * What is no longer expected of an experiment, or is expected less strictly.
 */
import * as Expect from "../../../dsl/Expect.ts"
import * as Literal from "../../plan/notation/Literal.ts"

/** Arms by the names that they had, and have now. */
export type Renamed = ReadonlyMap<string, string>

const underNewNames = (expectation: Expect.Expect, renamed: Renamed): Expect.Expect => {
  const named = (arm: string): string => renamed.get(arm) ?? arm
  return expectation._tag === "Compare"
    ? {
      ...expectation,
      arm: named(expectation.arm),
      than: typeof expectation.than === "string" ? named(expectation.than) : expectation.than
    }
    : { ...expectation, arm: named(expectation.arm) }
}

/** Both compare the same figure in the same direction with a number. */
const isLike = (one: Expect.Expect, other: Expect.Expect): boolean =>
  one._tag === "Compare" && other._tag === "Compare"
  && typeof one.than === "number" && typeof other.than === "number"
  && Literal.same({ ...one, than: 0 }, { ...other, than: 0 })

const isAsStrict = (before: Expect.Expect, after: Expect.Expect): boolean =>
  before._tag === "Compare" && after._tag === "Compare"
  && (before.relation === "below" ? after.than <= before.than : after.than >= before.than)

/** Says each expectation that went or was loosened; a stricter one in its place is none of them. */
export const weakened = (
  before: ReadonlyArray<Expect.Expect>,
  after: ReadonlyArray<Expect.Expect>,
  renamed: Renamed
): ReadonlyArray<string> =>
  before.map((expectation) => underNewNames(expectation, renamed)).flatMap((expectation) => {
    if (after.some((other) => Literal.same(other, expectation))) return []
    const like = after.filter((other) => isLike(expectation, other))
    if (like.some((other) => isAsStrict(expectation, other))) return []
    const [looser] = like
    return [
      looser === undefined
        ? `no longer expects ${Expect.text(expectation)}`
        : `expects ${Expect.text(looser)}, and expected ${Expect.text(expectation)}`
    ]
  })
