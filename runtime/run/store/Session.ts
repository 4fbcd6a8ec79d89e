/**
 * What both databases share: one statement or one transaction at a time on a connection, and how either ends.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Database, Row, StoreFailed, Value } from "./Database.ts"
import { type Passing, type Patience, patiently } from "./Patience.ts"

type Failure = StoreFailed | Passing

/** One connection, while nobody else uses it. */
export interface Session {
  readonly rows: (statement: string, values: ReadonlyArray<Value>) => Effect.Effect<ReadonlyArray<Row>, Failure>
  readonly change: (statement: string, values: ReadonlyArray<Value>) => Effect.Effect<number, Failure>
  readonly begin: Effect.Effect<void, Failure>
  /** Fails with Passing only where nothing was kept for certain. */
  readonly commit: Effect.Effect<void, Failure>
  /** Gives up what was begun, if need be with the connection. */
  readonly rollback: Effect.Effect<void>
}

/** A database to which sessions can be had. */
export interface Backend extends Pick<Database, "dialect" | "place"> {
  readonly patience: Patience
  readonly session: <A, E>(use: (session: Session) => Effect.Effect<A, E>) => Effect.Effect<A, E | Failure>
}

/** The databases that the fiber is inside a transaction of. */
const Inside = Context.Reference<ReadonlyArray<Backend>>("ballast/run/store/Session/Inside", { defaultValue: () => [] })

const misuse = ({ place }: Backend, what: string) => Effect.die(new Error(`${place}: ${what}`))

/** A number that JSON lacks would be kept as null by the one and refused by the other. */
const unkept = (values: ReadonlyArray<Value>): boolean =>
  values.some((value) => typeof value === "number" && !Number.isFinite(value))

/** Keeps all of `body`, or nothing where it fails, is interrupted, or goes on after a statement that failed. */
const within = <A, E>(
  backend: Backend,
  { begin, change, commit, rollback, rows }: Session,
  body: (database: Database) => Effect.Effect<A, E>
): Effect.Effect<A, E | Failure> =>
  Effect.uninterruptibleMask(Effect.fnUntraced(function*(restore) {
    yield* begin
    let failure: Failure | null = null
    let ended = false
    const guarded = <B>(run: Session["rows"] | Session["change"], statement: string, values: ReadonlyArray<Value>) =>
      Effect.suspend((): Effect.Effect<B, StoreFailed> => {
        if (ended) return misuse(backend, "a statement came after its transaction had ended")
        if (unkept(values)) return misuse(backend, "a value is not a finite number")
        if (failure !== null) return Effect.fail(toldOf(failure))
        return Effect.mapError(run(statement, values) as Effect.Effect<B, Failure>, (error) => {
          failure ??= error
          return toldOf(error)
        })
      })
    const database: Database = {
      dialect: backend.dialect,
      place: backend.place,
      rows: (statement, ...values) => guarded(rows, statement, values),
      change: (statement, ...values) => guarded(change, statement, values),
      transaction: () => misuse(backend, "a transaction was begun inside another")
    }
    const exit = yield* Effect.exit(restore(
      Effect.flatMap(Inside, (inside) => Effect.provideService(body(database), Inside, [...inside, backend]))
    ))
    ended = true
    // What the assignments in `guarded` leave is more than the compiler sees.
    const failed = failure as Failure | null
    if (Exit.isSuccess(exit) && failed === null) {
      yield* Effect.tapError(commit, () => rollback)
      return exit.value
    }
    yield* rollback
    const own = Exit.isFailure(exit) && (Cause.hasDies(exit.cause) || Cause.hasInterrupts(exit.cause))
    if (failed !== null && !own && (Exit.isSuccess(exit) || failed._tag === "Passing")) return yield* failed
    return yield* exit
  }))

const toldOf = (failure: Failure): StoreFailed => failure._tag === "Passing" ? failure.failed : failure

/** Only what changes nothing may be done again without knowing whether it was done. */
const isRead = (statement: string): boolean => /^\s*(select|pragma)\b/i.test(statement)

/** Makes a database of sessions. */
export const databaseOf = (backend: Backend): Database => {
  const outside = <A, E>(effect: Effect.Effect<A, E | Failure>): Effect.Effect<A, E | StoreFailed> =>
    Effect.flatMap(Inside, (inside) =>
      inside.includes(backend)
        ? misuse(backend, "a statement inside a transaction did not go through the database that its body is given")
        : patiently(effect, backend.patience) as Effect.Effect<A, E | StoreFailed>)
  const transaction: Database["transaction"] = (body) =>
    outside(backend.session((session) => within(backend, session, body)))
  return {
    dialect: backend.dialect,
    place: backend.place,
    rows: (statement, ...values) =>
      isRead(statement) && !unkept(values)
        ? outside<ReadonlyArray<Row>, never>(backend.session(({ rows }) => rows(statement, values)))
        : transaction(({ rows }) => rows(statement, ...values)),
    change: (statement, ...values) => transaction(({ change }) => change(statement, ...values)),
    transaction
  }
}
