/**
 * What is done about a fault while a launch goes on, in a line or a few.
 */
import type { Decision } from "../run/Reporter.ts"
import type { AttemptResult } from "../run/Result.ts"
import type { TrialEvent } from "../train/Event.ts"
import * as AttemptText from "./AttemptText.ts"
import * as FaultText from "./FaultText.ts"
import * as Figure from "./Figure.ts"
import type * as Line from "./Line.ts"
import * as ProgressText from "./ProgressText.ts"
import type { RunProgress } from "./RunProgress.ts"

/** Says what there is to say of how an attempt begins. */
export const remarks = (
  run: RunProgress,
  remarks: ReadonlyArray<string>,
  nameColumns: number,
  columns: number
): ReadonlyArray<Line.Line> =>
  remarks.flatMap((remark) => ProgressText.note(run, nameColumns, "doubtful", remark, columns))

/** Says what came of a trial. */
export const trial = (
  run: RunProgress,
  event: TrialEvent,
  nameColumns: number,
  columns: number
): ReadonlyArray<Line.Line> => ProgressText.note(run, nameColumns, "quiet", `diagnosing: ${AttemptText.trial(event)}`, columns)

const decisionOf = (attempt: AttemptResult, decision: Decision): readonly [text: string, tone: Line.Tone] => {
  const number = attempt.number + 1
  switch (decision.kind) {
    case "diagnose":
      return ["diagnosing", "quiet"]
    case "undiagnosed":
      return [`not diagnosed: ${decision.reason}`, "doubtful"]
    case "again":
      return [
        `waits ${Figure.duration(decision.after)}, then attempt ${number} from step ${decision.from}: try ${decision.try} of ${
          decision.of
        }`,
        "doubtful"
      ]
    case "remedy":
      return [AttemptText.next(number, decision.remedy), "doubtful"]
    case "stop":
      return [`no further attempt: ${decision.reason}`, "bad"]
  }
}

/**
 * Says what is done after an attempt that failed; before that what was found out about its fault, and the fault itself
 * where the training process could not tell it any more.
 */
export const decided = (
  run: RunProgress,
  attempt: AttemptResult,
  decision: Decision,
  options: { readonly nameColumns: number; readonly columns: number; readonly told: boolean }
): ReadonlyArray<Line.Line> => {
  const { columns, nameColumns, told } = options
  const { diagnosis, fault } = attempt
  const said = (tone: Line.Tone, text: string) => ProgressText.note(run, nameColumns, tone, text, columns)
  const [text, tone] = decisionOf(attempt, decision)
  // Nothing was heard of an attempt that a launch before this one made.
  const steps = Math.max(run.steps, attempt.from, fault?.step ?? 0)
  return [
    ...(told || fault === null ? [] : said("bad", `failed after ${Figure.plural(steps, "step")}: ${FaultText.say(fault)}`)),
    ...(diagnosis === null || fault === null || decision.kind === "diagnose"
      ? []
      : said("plain", AttemptText.diagnosis(diagnosis, fault).join("; "))),
    ...said(tone, text)
  ]
}
