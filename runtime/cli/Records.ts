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

/** The flag that names a shared queue. */
export const queue = CommandLine.optionalText(
  "queue",
  "the database of a queue that several hosts share, as postgres://user@host/name (default: BALLAST_QUEUE, or this machine's own)"
)

/** Finds the queue that is asked for; null for this machine's own. */
export const addressOf = (asked: string | null): string | null => {
  const address = asked ?? process.env["BALLAST_QUEUE"] ?? ""
  return address === "" ? null : address
}

export interface Options {
  readonly home: Home.Home
  readonly queue: string | null
  /** Whether the command also looks after runs that have lost their worker. */
  readonly tends?: boolean
}

/** Opens the record and its queue. */
export const layer = ({ home, queue, tends = false }: Options): Layer.Layer<Store | Queue, StoreFailed> => {
  const address = addressOf(queue)
  return address === null
    ? Layer.mergeAll(Store.layer, Queue.layerEmbedded(home.runs)).pipe(Layer.provide(Tables.layerSqlite(home.database)))
    : Layer.mergeAll(Store.layer, Queue.layerPostgres(address, home.runs, { tends })).pipe(
      Layer.provide(Tables.layerPostgres(address))
    )
}

/** Opens the record alone, without its queue. */
export const store = ({ home, queue }: Options): Layer.Layer<Store, StoreFailed> => {
  const address = addressOf(queue)
  return address === null
    ? Store.layerSqlite(home.database)
    : Layer.provide(Store.layer, Tables.layerPostgres(address))
}

/** Finds a home whose record is there: a shared one needs none here. Fails with HomeUnusable. */
export const existing = (home: string | null, queue: string | null): Effect.Effect<Home.Home, Home.HomeUnusable> => {
  const directory = Home.directoryOf(home)
  return addressOf(queue) === null ? Home.existing(directory) : Effect.succeed(Home.at(directory))
}
