/**
 * What programs expect around them and QuickJS has not, made of nothing but JavaScript: it runs inside, before any code
 * of an experiment. Nothing here can reach the host.
 */

export * from "./EvaluatorSerial.ts"

interface Timer {
  readonly id: number
  readonly at: number
  readonly call: () => void
  /** Null for one that fires once. */
  readonly every: number | null
}

type Callback = (...parameters: ReadonlyArray<unknown>) => void

/** The instant at which every evaluation begins; then time moves only where the experiment waits. */
const beginning = Date.UTC(2000, 0, 1)

let timers: ReadonlyArray<Timer> = []
let lastId = 0
let elapsed = 0

const add = (call: () => void, milliseconds: unknown, repeat: boolean): number => {
  const wait = Math.max(repeat ? 1 : 0, Number(milliseconds) || 0)
  lastId += 1
  timers = [...timers, { id: lastId, at: elapsed + wait, call, every: repeat ? wait : null }]
  return lastId
}

const remove = (id: unknown): void => {
  timers = timers.filter((timer) => timer.id !== id)
}

/** Moves time to the next timer and calls it; false where there is none. */
export const tick = (): boolean => {
  const [next] = timers.toSorted((left, right) => left.at - right.at || left.id - right.id)
  if (next === undefined) return false
  elapsed = next.at
  timers = timers.flatMap((timer) =>
    timer !== next ? [timer] : next.every === null ? [] : [{ ...next, at: elapsed + next.every }]
  )
  next.call()
  return true
}

const RealDate = Date

function FrozenDate(...parameters: ReadonlyArray<unknown>): unknown {
  if (new.target === undefined) return new RealDate(beginning + elapsed).toString()
  return Reflect.construct(RealDate, parameters.length === 0 ? [beginning + elapsed] : parameters, new.target)
}
FrozenDate.prototype = RealDate.prototype
const { parse, UTC } = RealDate
Object.assign(FrozenDate, { now: () => beginning + elapsed, parse, UTC })
RealDate.prototype.constructor = FrozenDate

let state = 0x9e3779b9

/** Mulberry32: the same numbers at every evaluation. */
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}

class Encoder {
  readonly encoding = "utf-8"
  encode(text: unknown = ""): Uint8Array {
    const units = encodeURIComponent(String(text).toWellFormed()).match(/%..|[^]/g) ?? []
    return Uint8Array.from(units, (unit) => unit.length === 1 ? unit.charCodeAt(0) : parseInt(unit.slice(1), 16))
  }
}

class Decoder {
  readonly encoding = "utf-8"
  decode(bytes: Uint8Array = new Uint8Array()): string {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""))
  }
}

class Signal {
  aborted = false
  reason: unknown = undefined
  readonly listeners = new Set<() => void>()
  addEventListener(_: string, listener: () => void): void {
    this.listeners.add(listener)
  }
  removeEventListener(_: string, listener: () => void): void {
    this.listeners.delete(listener)
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }
}

class Controller {
  readonly signal = new Signal()
  abort(reason: unknown = new Error("This operation was aborted")): void {
    if (this.signal.aborted) return
    Object.assign(this.signal, { aborted: true, reason })
    for (const listener of this.signal.listeners) listener()
  }
}

const nothing = (): void => undefined

/** A constructor that says that it is not there: without its name the error would say less. */
const unavailable = (what: string) =>
  function(): never {
    throw new Error(`${what} is not available while it is evaluated`)
  }

Math.random = random
Object.assign(globalThis, {
  Date: FrozenDate,
  setTimeout: (call: Callback, wait?: unknown, ...parameters: ReadonlyArray<unknown>) =>
    add(() => call(...parameters), wait, false),
  setInterval: (call: Callback, wait?: unknown, ...parameters: ReadonlyArray<unknown>) =>
    add(() => call(...parameters), wait, true),
  setImmediate: (call: Callback, ...parameters: ReadonlyArray<unknown>) => add(() => call(...parameters), 0, false),
  clearTimeout: remove,
  clearInterval: remove,
  clearImmediate: remove,
  queueMicrotask: (call: () => void): void => {
    void Promise.resolve().then(call)
  },
  console: { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing, trace: nothing, table: nothing },
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  AbortController: Controller,
  AbortSignal: Signal,
  URL: unavailable("new URL(...)")
})
