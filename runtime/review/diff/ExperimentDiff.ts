/**
 * What changes from one revision's experiments to another's.
 */
import * as Expect from "../../../dsl/Expect.ts"
import type * as Experiment from "../../../dsl/Experiment.ts"
import type * as Trigger from "../../../dsl/Trigger.ts"
import * as Canonical from "../../plan/Canonical.ts"
import type { Arm } from "../../plan/Plan.ts"
import * as ArmDiff from "./ArmDiff.ts"

/** An experiment as a revision has it: evaluated, and planned with what is known of the data here. */
export interface Planned {
  readonly kind: "planned"
  /** Relative to the repository, with `/`. */
  readonly file: string
  readonly definition: Experiment.Resolved
  readonly arms: ReadonlyArray<Arm>
}

/** A file that could not be evaluated; `reason` is one line. */
export interface Refused {
  readonly kind: "refused"
  readonly file: string
  readonly reason: string
}

export type Found = Planned | Refused

/** One thing that an experiment says beside its arms; null where a side does not say it. */
export interface Said {
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

export interface ExperimentDiff {
  readonly experiment: string
  readonly file: string
  /** The file or the name that it had before, where that changed. */
  readonly from: string | null
  readonly status: "added" | "removed" | "renamed" | "changed" | "unchanged" | "refused"
  /** Why it was refused; null elsewhere. */
  readonly reason: string | null
  readonly said: ReadonlyArray<Said>
  readonly arms: ReadonlyArray<ArmDiff.ArmDiff>
  /** The helper files whose change touches it, though its own file is the same. */
  readonly through: ReadonlyArray<string>
}

/** Says what a trigger waits for. */
export const triggerText = (trigger: Trigger.Trigger): string =>
  trigger._tag === "OnPullRequest" ? "on pull requests" : `${trigger.cron} (${trigger.timeZone}, overlap ${trigger.overlap}, catchUp ${trigger.catchUp})`

/** Compares lists as sets: their order says nothing. */
const sets = (path: string, before: ReadonlyArray<string>, after: ReadonlyArray<string>): ReadonlyArray<Said> => [
  ...before.filter((text) => !after.includes(text)).map((text) => ({ path, before: text, after: null })),
  ...after.filter((text) => !before.includes(text)).map((text) => ({ path, before: null, after: text }))
]

const saidOf = (before: Experiment.Resolved, after: Experiment.Resolved): ReadonlyArray<Said> => [
  ...(before.question === after.question ? [] : [{ path: "question", before: before.question, after: after.question }]),
  ...sets("seeds", before.seeds.map(String), after.seeds.map(String)),
  ...sets("expect", before.expect.map(Expect.text), after.expect.map(Expect.text)),
  ...sets("triggers", (before.triggers ?? []).map(triggerText), (after.triggers ?? []).map(triggerText))
]

const isUnchanged = ({ status }: ArmDiff.ArmDiff): boolean => status === "unchanged"

const between = (before: Planned, after: Planned, seconds: ArmDiff.Seconds): ExperimentDiff => {
  const said = saidOf(before.definition, after.definition)
  const arms = ArmDiff.all(before.arms, after.arms, seconds)
  const [was, is] = [before.definition.name, after.definition.name]
  const from = was !== is ? was : before.file !== after.file ? before.file : null
  const same = said.length === 0 && arms.every(isUnchanged)
  return {
    experiment: is,
    file: after.file,
    from,
    status: !same ? "changed" : from === null ? "unchanged" : "renamed",
    reason: null,
    said,
    arms,
    through: []
  }
}

const alone = ({ arms, definition, file }: Planned, status: "added" | "removed", seconds: ArmDiff.Seconds): ExperimentDiff => ({
  experiment: definition.name,
  file,
  from: null,
  status,
  reason: null,
  said: [],
  arms: status === "added" ? ArmDiff.all([], arms, seconds) : ArmDiff.all(arms, [], seconds),
  through: []
})

const refused = ({ file, reason }: Refused): ExperimentDiff => ({
  experiment: file,
  file,
  from: null,
  status: "refused",
  reason,
  said: [],
  arms: [],
  through: []
})

const unread = (found: ReadonlyArray<Found>): ReadonlyArray<Refused> => found.flatMap((one) => one.kind === "refused" ? [one] : [])

const planned = (found: ReadonlyArray<Found>): ReadonlyArray<Planned> =>
  found.flatMap((one) => one.kind === "planned" ? [one] : [])

/** What an experiment trains, by which it is known again under another name. */
const trained = ({ arms }: Planned): string => Canonical.hash(arms.map(({ identity: { recipe } }) => recipe).toSorted())

/** Finds what an experiment was before: by its name, else one that is gone and lay there, or trained the same. */
const sourceOf = (after: Planned, before: ReadonlyArray<Planned>, gone: ReadonlyArray<Planned>): Planned | undefined =>
  before.find(({ definition }) => definition.name === after.definition.name)
    ?? gone.find(({ file }) => file === after.file)
    ?? gone.find((other) => trained(other) === trained(after))

/** Which of an experiment's files differ between the revisions, by the experiment's file at the head. */
export type Touched = (file: string) => ReadonlyArray<string>

/** Compares two revisions' experiments, in the order of their names. */
export const all = (
  before: ReadonlyArray<Found>,
  after: ReadonlyArray<Found>,
  { seconds, touched }: { readonly seconds: ArmDiff.Seconds; readonly touched: Touched }
): ReadonlyArray<ExperimentDiff> => {
  const [then, now] = [planned(before), planned(after)]
  const names = new Set(now.map(({ definition }) => definition.name))
  const notThere = new Set(unread(after).map(({ file }) => file))
  const files = new Set(after.map(({ file }) => file))
  // One whose file is refused now is told of by that, and not as removed.
  const gone = then.filter(({ definition, file }) => !names.has(definition.name) && !notThere.has(file))
  const found = now.map((one) => {
    const source = sourceOf(one, then, gone)
    const place = source === undefined ? -1 : gone.indexOf(source)
    if (place >= 0) gone.splice(place, 1)
    const diff = source === undefined ? alone(one, "added", seconds) : between(source, one, seconds)
    return { ...diff, through: touched(one.file).filter((file) => file !== one.file) }
  })
  return [
    ...found,
    ...gone.map((one) => alone(one, "removed", seconds)),
    ...unread(before).filter(({ file }) => !files.has(file)).map((one) => ({ ...refused(one), status: "removed", reason: null } as const)),
    ...unread(after).map(refused)
  ].toSorted((left, right) => left.experiment < right.experiment ? -1 : left.experiment > right.experiment ? 1 : 0)
}
