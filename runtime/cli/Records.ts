/**
 * The record and the queue that a command is about: this machine's, or one that several share.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Home from "../run/Home.ts"
import { Queue } from "../run/queue/Queue.ts"
import { Store } from "../run/Store.ts"
import type { StoreFailed } from "../run/store/Database.ts"
import { Tables } from "../run/store/Tables.ts"
import * as CommandLine from "./CommandLine.ts"

/** The flag that names a shared queue, by its address; null for this machine's own. */
export const queue = CommandLine.optionalText(
  "queue",
  "the database of a queue that several hosts share, as postgres://user@host/name (default: BALLAST_QUEUE, or this machine's own)"
).pipe(CommandLine.Flag.mapEffect((asked) => {
  const address = asked ?? process.env["BALLAST_QUEUE"] ?? ""
  if (address === "") return Effect.succeed(null)
  return /^postgres(ql)?:\/\//.test(address)
    ? Effect.succeed(address)
    : Effect.fail(CommandLine.refused("queue", "an address such as postgres://user@host/name, here or in BALLAST_QUEUE"))
}))

export interface Options {
  readonly home: Home.Home
  /** The address of a shared queue; null for this machine's own. */
  readonly queue: string | null
  /** Whether the command also looks after runs that have lost their worker. */
  readonly tends?: boolean
}

/** Opens the record and its queue. */
export const layer = ({ home, queue, tends = false }: Options): Layer.Layer<Store | Queue, StoreFailed> =>
  queue === null
    ? Layer.mergeAll(Store.layer, Queue.layerEmbedded(home.runs)).pipe(Layer.provide(Tables.layerSqlite(home.database)))
    : Layer.mergeAll(Store.layer, Queue.layerPostgres(queue, home.runs, { tends })).pipe(
      Layer.provide(Tables.layerPostgres(queue))
    )

/** Opens the record alone, without its queue. */
export const store = ({ home, queue }: Options): Layer.Layer<Store, StoreFailed> =>
  queue === null ? Store.layerSqlite(home.database) : Layer.provide(Store.layer, Tables.layerPostgres(queue))

/** Finds a home whose record is there: a shared one needs none here. Fails with HomeUnusable. */
export const existing = (home: string | null, queue: string | null): Effect.Effect<Home.Home, Home.HomeUnusable> => {
  const directory = Home.directoryOf(home)
  return queue === null ? Home.existing(directory) : Effect.succeed(Home.at(directory))
}
