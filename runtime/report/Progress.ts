/**
 * What a launch is doing while it runs: lines that rewrite themselves on a terminal, and plain lines elsewhere.
 */
import type { Decision } from "../run/Reporter.ts"
import type { AttemptResult } from "../run/Result.ts"
import type { Event } from "../train/Event.ts"
import * as DecisionText from "./DecisionText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import { columnsOf, LiveBlock } from "./LiveBlock.ts"
import * as Paragraph from "./Paragraph.ts"
import * as ProgressText from "./ProgressText.ts"
import * as RunName from "./RunName.ts"
import { RunProgress } from "./RunProgress.ts"
import * as Screen from "./Screen.ts"

/** Tells people what happens in a launch. */
export interface Progress {
  /** Begins a launch of runs. */
  readonly launch: (name: string, runs: ReadonlyArray<RunName.Named & { readonly id: string }>) => void
  /** Begins an attempt, with what there is to say of how it does. */
  readonly begins: (run: RunName.Named & { readonly id: string }, attempt: Pick<AttemptResult, "number" | "remarks">) => void
  /** Takes in what a run says. */
  readonly event: (event: Event, run: RunName.Named) => void
  /** Takes in what is done after an attempt that failed. */
  readonly decided: (run: RunName.Named & { readonly id: string }, attempt: AttemptResult, decision: Decision) => void
  /** Writes a line that stays, as wide as it is. */
  readonly say: (line: Line.Line) => void
  /** Takes away what is not meant to stay. */
  readonly done: () => void
}

/** Milliseconds between two rewrites. */
const rewriteEvery = 100
/** A plain line comes after so many milliseconds, or so large a share of the steps. */
const lineEvery = 5000
const lineShare = 0.1
/** A log has no width; a line of figures takes this much. */
const logColumns = 160

/** Where lines go: to stay, or in the place of the last ones. */
interface Writer {
  readonly columns: () => number
  readonly stay: (lines: ReadonlyArray<Line.Line>, run: RunProgress | null) => void
  /** Called for every event; `atOnce` where it must be seen now. */
  readonly show: (run: RunProgress, now: number, atOnce: boolean) => void
  readonly done: () => void
}

const ended = ({ phase }: RunProgress): boolean =>
  phase === "succeeded" || phase === "failed" || phase === "interrupted"

/** Everything that is known of a launch so far. */
class LaunchProgress {
  readonly runs: Map<string, RunProgress> = new Map()
  expected = 0
  nameColumns = 0

  take(event: Event, name: RunName.Named, now: number): RunProgress {
    const run = this.of(event.run, event.attempt, name, now)
    run.add(event, now)
    return run
  }

  /** Finds what is known of an attempt, which may not have said anything yet. */
  of(id: string, attempt: number, name: RunName.Named, now: number): RunProgress {
    const known = this.runs.get(id)
    const run = known?.attempt === attempt ? known : new RunProgress(name, attempt, now)
    if (run !== known) this.runs.set(id, run)
    return run
  }

  /** Says which run of how many this is, in the order in which they began. */
  placeOf(run: RunProgress): string | null {
    const place = [...this.runs.values()].indexOf(run) + 1
    return this.expected < 2 ? null : `run ${place} of ${Math.max(this.expected, this.runs.size)}`
  }
}

const live = (output: Screen.Output, launch: LaunchProgress): Writer => {
  const block = new LiveBlock(output)
  const linesOf = (run: RunProgress | null): ReadonlyArray<Line.Line> =>
    run === null || ended(run) ? [] : ProgressText.block(run, block.columns, launch.placeOf(run))
  let shown: RunProgress | null = null
  let last = -Infinity
  return {
    columns: () => columnsOf(output),
    stay: (lines, run) => {
      shown = run ?? shown
      block.write(lines, linesOf(shown))
    },
    show: (run, now, atOnce) => {
      if (!atOnce && now - last < rewriteEvery) return
      shown = run
      last = now
      block.write([], linesOf(run))
    },
    done: () => {
      shown = null
      block.erase()
    }
  }
}

const plain = (output: Screen.Output, screen: Screen.Screen, launch: LaunchProgress): Writer => {
  const columns = (): number => output.isTTY === true ? columnsOf(output) : logColumns
  const last = new WeakMap<RunProgress, { readonly at: number; readonly steps: number }>()
  const stay = (lines: ReadonlyArray<Line.Line>): void => {
    output.write(Line.writeAll(lines, screen.colour))
  }
  return {
    columns,
    stay,
    show: (run, now) => {
      if (run.step === null || run.phase !== "training") return
      const before = last.get(run)
      const tenth = run.steps - (before?.steps ?? 0) >= run.step.totalSteps * lineShare
      if (before !== undefined && !tenth && now - before.at < lineEvery && run.steps < run.step.totalSteps) return
      if (before?.steps === run.steps) return
      last.set(run, { at: now, steps: run.steps })
      stay([ProgressText.step(run, launch.nameColumns, columns())])
    },
    done: () => undefined
  }
}

const beginning = (name: string, runs: ReadonlyArray<RunName.Named>, columns: number): ReadonlyArray<Line.Line> => {
  const arms = [...new Set(runs.map(({ arm }) => arm))]
  const seeds = [...new Set(runs.map(({ seed }) => seed))]
  return Paragraph.of(
    `${name}: ${Figure.plural(runs.length, "run")} (${arms.join(", ")}; seed${seeds.length === 1 ? "" : "s"} ${
      seeds.join(", ")
    })`,
    columns,
    { tone: "strong" }
  )
}

const phaseAfter = ({ kind }: Decision): RunProgress["phase"] =>
  kind === "diagnose" || kind === "undiagnosed" ? "diagnosing" : kind === "again" ? "waiting" : "failed"

/**
 * Makes the progress of a launch for a stream. `clock` tells milliseconds. On a terminal the last lines are written
 * anew at most ten times a second; elsewhere a line is written at every tenth of the steps, after 5 seconds, and where
 * something other than a step happened.
 */
export const make = (
  output: Screen.Output,
  environment: Readonly<Record<string, string | undefined>>,
  clock: () => number = () => performance.now()
): Progress => {
  const screen = Screen.of(output, environment)
  const launch = new LaunchProgress()
  const writer = screen.live ? live(output, launch) : plain(output, screen, launch)

  const told = (event: Event, run: RunProgress, now: number): ReadonlyArray<Line.Line> => {
    const { nameColumns } = launch
    const columns = writer.columns()
    switch (event.kind) {
      case "step":
        return event.finite ? [] : ProgressText.notFinite(run, event, nameColumns, columns)
      case "eval":
        return [Line.truncate(ProgressText.evaluation(run, event, nameColumns, columns), columns)]
      case "monitor":
        // A live block shows the latest one as long as the run goes on.
        return screen.live ? [] : [Line.truncate(ProgressText.monitor(run, event, nameColumns, columns), columns)]
      case "checkpoint":
        return screen.live ? [] : ProgressText.checkpoint(run, event.directory, nameColumns, columns)
      case "trial":
        return DecisionText.trial(run, event, nameColumns, columns)
      case "spike":
      case "incident":
        // The one is counted, and the other told by the status that follows.
        return []
      case "status": {
        // A live line shows each phase as long as it lasts, and training goes on after every evaluation.
        const stays = screen.live
          ? event.detail !== null || ended(run)
          : event.status !== "training" || event.detail !== null || run.step === null
        return stays ? ProgressText.status(run, event, { nameColumns, columns, now }) : []
      }
    }
  }

  return {
    launch: (name, runs) => {
      const columns = writer.columns()
      const most = ProgressText.nameRoom(columns)
      launch.expected = runs.length
      launch.nameColumns = Math.max(0, ...runs.map((run) => Line.widthOf(RunName.of(run, most))))
      writer.stay(beginning(name, runs, columns), null)
    },
    begins: (name, { number, remarks }) => {
      const now = clock()
      const run = launch.of(name.id, number, name, now)
      const lines = DecisionText.remarks(run, remarks, launch.nameColumns, writer.columns())
      if (lines.length > 0) writer.stay(lines, run)
      else writer.show(run, now, true)
    },
    event: (event, name) => {
      const now = clock()
      const run = launch.take(event, name, now)
      const lines = told(event, run, now)
      if (lines.length > 0) writer.stay(lines, run)
      else writer.show(run, now, event.kind === "status")
    },
    decided: (name, attempt, decision) => {
      const now = clock()
      const run = launch.of(name.id, attempt.number, name, now)
      const told = run.phase === "failed" || run.phase === "diagnosing"
      run.phase = phaseAfter(decision)
      const { nameColumns } = launch
      writer.stay(DecisionText.decided(run, attempt, decision, { nameColumns, columns: writer.columns(), told }), run)
    },
    say: (line) => writer.stay([line], null),
    done: () => writer.done()
  }
}
