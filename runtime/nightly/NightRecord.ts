/**
 * What a night has launched, on the disk: one that was interrupted goes on, and runs nothing twice.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Issue from "../../dsl/Issue.ts"
import * as Words from "../../dsl/Words.ts"
import * as Engines from "../engine/Engines.ts"
import { type Home, HomeUnusable } from "../run/Home.ts"
import * as Owner from "../run/Owner.ts"

/** What an arm trains, by its identities; null where that is not known. */
const Trained = Schema.Struct({
  experiment: Schema.String,
  arm: Schema.String,
  training: Schema.NullOr(Schema.String),
  data: Schema.NullOr(Schema.String)
})
export type Trained = typeof Trained.Type

const Arm = Schema.Struct({ ...Trained.fields, file: Schema.String, seeds: Schema.Array(Schema.Int) })

/** A launch of a night; `repeat` tells the one that has to confirm what looks like a regression. */
const Launch = Schema.Struct({ experiment: Schema.String, launch: Schema.String, repeat: Schema.Boolean })

export const NightRecord = Schema.Struct({
  format: Schema.Literal("ballast.night/1"),
  id: Schema.String,
  /** Milliseconds since 1970; `ended` is null until every run has ended and was judged. */
  started: Schema.Int,
  ended: Schema.NullOr(Schema.Int),
  engine: Schema.Literals(Engines.choices),
  /** What it measures: the commit, what was changed since, and the version of Ballast. */
  origin: Schema.Struct({ commit: Schema.NullOr(Schema.String), dirty: Schema.NullOr(Schema.String), ballast: Schema.String }),
  /** The process that is at work on it. */
  owner: Schema.Struct({ host: Schema.String, pid: Schema.Int, born: Schema.NullOr(Schema.String) }),
  arms: Schema.Array(Arm),
  /** The experiments that have baselines to be held against. */
  baselines: Schema.Array(Schema.String),
  launches: Schema.Array(Launch)
})
export type NightRecord = typeof NightRecord.Type

/** Names the folder of a night. */
export const folderOf = ({ directory }: Pick<Home, "directory">, id: string): string => path.join(directory, "nights", id)

const fileName = "night.json"

const readFile = (file: string): ReadonlyArray<NightRecord> => {
  try {
    const decoded = Issue.decode(NightRecord, JSON.parse(fs.readFileSync(file, "utf8")))
    return Result.isSuccess(decoded) ? [decoded.success] : []
  } catch {
    // A night that cannot be read is none to go on with.
    return []
  }
}

/** Lists the nights of a home that can be read, the newest first. */
export const list = (home: Pick<Home, "directory">): ReadonlyArray<NightRecord> => {
  const folder = folderOf(home, "")
  if (!fs.existsSync(folder)) return []
  return fs.readdirSync(folder)
    .flatMap((id) => readFile(path.join(folder, id, fileName)))
    .toSorted((left, right) => right.started - left.started)
}

/** What a night that is asked for now would measure. */
export interface Asked extends Pick<NightRecord, "engine" | "origin"> {
  readonly trained: ReadonlyArray<Trained>
}

/** Git does not tell of every change: an experiment may lie outside of it, and data mostly does. */
const trainsAlike = ({ arms }: NightRecord, trained: ReadonlyArray<Trained>): boolean =>
  arms.every(({ arm, data, experiment, training }) =>
    trained.some((one) => one.experiment === experiment && one.arm === arm && one.training === training && one.data === data)
  )

/** Tells whether a night measures what lies here, with the engine that is asked for. */
const measures = (night: NightRecord, { engine, origin, trained }: Asked): boolean =>
  night.engine === engine && night.origin.commit === origin.commit && night.origin.dirty === origin.dirty
  && night.origin.ballast === origin.ballast && trainsAlike(night, trained)

/** Finds the newest night that has not ended and measures what is asked for; null where there is none. */
export const unfinished = (nights: ReadonlyArray<NightRecord>, asked: Asked): NightRecord | null => nights.find((night) => night.ended === null && measures(night, asked)) ?? null

/** Tells whether another process is at work on a night. */
export const isHeld = ({ ended, owner }: NightRecord): boolean =>
  ended === null && Owner.lives(owner) && owner.pid !== process.pid

/** Lists the launches that nights have judged, or are about to. What a night has taken that was broken off, another may. */
export const judged = (nights: ReadonlyArray<NightRecord>): ReadonlyArray<string> =>
  nights.filter((night) => night.ended !== null || isHeld(night)).flatMap(({ launches }) => launches.map(({ launch }) => launch))

/** Writes files into a folder, each as a whole or not at all. Fails with HomeUnusable. */
export const writeFiles = (folder: string, files: Readonly<Record<string, string>>): Effect.Effect<void, HomeUnusable> =>
  Effect.try({
    try: () => {
      fs.mkdirSync(folder, { recursive: true })
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(folder, name)
        fs.writeFileSync(`${file}.tmp`, text, { flush: true })
        fs.renameSync(`${file}.tmp`, file)
      }
    },
    catch: (cause) => new HomeUnusable({ directory: folder, message: `${folder} cannot be written to: ${Words.reasonOf(cause)}` })
  })

/** Keeps a night. Fails with HomeUnusable. */
export const write = (home: Pick<Home, "directory">, night: NightRecord): Effect.Effect<void, HomeUnusable> =>
  writeFiles(folderOf(home, night.id), { [fileName]: `${JSON.stringify(night, null, 2)}\n` })
