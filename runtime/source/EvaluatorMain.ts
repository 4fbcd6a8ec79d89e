/**
 * The program of the process that evaluates: QuickJS in WebAssembly, with no function of the host to call. It is given
 * a bundle on standard input and writes one line to descriptor 3.
 */
import variant from "@jitl/quickjs-wasmfile-release-sync"
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSHandle,
  type QuickJSSyncVariant
} from "quickjs-emscripten-core"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"

export interface Bundled {
  /** What runs before the bundle; its value holds the functions below. */
  readonly shims: string
  readonly code: string
  readonly milliseconds: number
}

export type Answer =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "late" | "memory" | "waiting" | "large" }
  | { readonly kind: "thrown"; readonly name: string; readonly message: string; readonly stack: string }

/** The part of WebAssembly's interface that is used here: the types of Node leave its values out. */
interface Interface {
  readonly Memory: new(pages: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer }
  readonly compile: (bytes: Uint8Array) => Promise<WebAssembly.Module>
}

const { Memory, compile } = (globalThis as unknown as { readonly WebAssembly: Interface }).WebAssembly

const page = 65_536
const mostBytes = 128 << 20
/** Below what the memory can grow to, so that QuickJS itself finds that there is no more. */
const mostHeap = 112 << 20
const mostStack = 128 << 10
const mostCharacters = 3 << 20
const jobsAtOnce = 1000

const reply = (answer: Answer): never => {
  const bytes = Buffer.from(`${JSON.stringify(answer)}\n`)
  for (let at = 0; at < bytes.length;) at += fs.writeSync(3, bytes, at)
  process.exit(0)
}

const { code, milliseconds, shims } = JSON.parse(fs.readFileSync(0, "utf8")) as Bundled

// Its own memory is the only cap that holds.
const wasmMemory = new Memory({ initial: 256, maximum: mostBytes / page })
const wasmModule = await compile(fs.readFileSync(fileURLToPath(new URL("./quickjs.wasm", import.meta.url))))
// The package declares the types of its CommonJS form for both of its forms.
const sync = variant as unknown as QuickJSSyncVariant
const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(sync, { wasmMemory, wasmModule }))

const runtime = quickjs.newRuntime()
runtime.setMemoryLimit(mostHeap)
runtime.setMaxStackSize(mostStack)

// Time of the processor: what else the machine does is not the experiment's doing.
const used = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}
const deadline = used() + milliseconds
const isLate = (): boolean => used() > deadline
runtime.setInterruptHandler(isLate)
runtime.setModuleLoader((name) => ({
  error: new Error(`import(${JSON.stringify(name)}) is not available while it is evaluated`)
}))

const context = runtime.newContext()

const inside = context.unwrapResult(context.evalCode(shims, "shims"))
const functionOf = (name: "tick" | "serialise" | "describe"): QuickJSHandle => context.getProp(inside, name)
const tick = functionOf("tick")
const serialise = functionOf("serialise")
const describe = functionOf("describe")

const isFull = (): boolean => wasmMemory.buffer.byteLength > 0.9 * mostBytes

/** Ends where there is no room or no time left; an error of which nothing is left to say comes of either. */
const checkLimits = (): void => {
  if (isFull()) reply({ kind: "memory" })
  if (isLate()) reply({ kind: "late" })
}

/** Reads text from inside, unless there is more than anybody would read. */
const textOf = (handle: QuickJSHandle): string => {
  const length = context.getNumber(context.getProp(handle, "length"))
  return length > mostCharacters ? reply({ kind: "large" }) : context.getString(handle)
}

const thrown = (error: QuickJSHandle): never => {
  checkLimits()
  const described = context.callFunction(describe, context.undefined, error)
  checkLimits()
  const { message, name, stack } = described.error === undefined
    ? JSON.parse(textOf(described.value)) as { readonly name: string; readonly message: string; readonly stack: string }
    : { name: "", message: "it throws an error that cannot be read", stack: "" }
  if (name === "InternalError" && message === "out of memory") return reply({ kind: "memory" })
  return reply({ kind: "thrown", name, message, stack })
}

/** Runs what waits inside until the bundle has come to its end, and returns what that exports. */
const finished = (bundle: QuickJSHandle): QuickJSHandle => {
  for (;;) {
    const jobs = runtime.executePendingJobs(jobsAtOnce)
    if (jobs.error !== undefined) return thrown(jobs.error)
    checkLimits()
    const state = context.getPromiseState(bundle)
    if (state.type === "fulfilled") return state.value
    if (state.type === "rejected") return thrown(state.error)
    if (jobs.value > 0) continue
    const ticked = context.callFunction(tick, context.undefined)
    if (ticked.error !== undefined) return thrown(ticked.error)
    // Where there is no room for a job it is dropped, and what waited for it waits for ever.
    checkLimits()
    if (context.dump(ticked.value) !== true) return reply({ kind: "waiting" })
  }
}

const bundle = context.evalCode(code, "experiment", { type: "module" })
if (bundle.error !== undefined) thrown(bundle.error)
else {
  const text = context.callFunction(serialise, context.undefined, context.getProp(finished(bundle.value), "answered"))
  if (text.error !== undefined) thrown(text.error)
  else reply({ kind: "value", text: textOf(text.value) })
}
