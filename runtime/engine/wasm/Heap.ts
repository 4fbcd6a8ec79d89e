/**
 * The heap of tfjs's wasm backend, all of whose room is asked for here: by tfjs's own operations too.
 */
import type * as WebAssembly from "./WebAssembly.ts"

/** The part of tfjs's compiled module that gives room. Both functions take addresses for signed numbers. */
export interface Module {
  readonly asm: { readonly memory: WebAssembly.Memory; readonly malloc: (bytes: number) => number }
  _malloc: (bytes: number) => number
  readonly _free: (address: number) => void
}

/**
 * WebAssembly addresses 2^32 bytes; larger numbers wrap around. The module's allocator lets them: it takes a free block
 * for large enough where the block's address plus the bytes asked for wrap, and writes its marks into what lies there. No
 * block lies behind the memory's end, so that nothing wraps while that and the bytes stay below, less what marks take.
 */
const addressable = 2 ** 32 - 1024

/** What every error of a full heap begins with. */
const full = "out of memory: the wasm engine holds at most 4 GiB"

/** Tells whether an error is that of a full heap. */
export const isFull = (cause: unknown): cause is Error => cause instanceof Error && cause.message.startsWith(full)

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

/**
 * Makes a module throw where it has no room left, before anything is written: it would give address 0, and kernels would
 * write over what lies there. From then on it gives no room at all, because half of a step may be missing.
 */
export const guard = (module: Module): void => {
  const { malloc, memory } = module.asm
  let failed: Error | undefined
  // The module's own function puts the unguarded one in its place when it is called.
  module._malloc = (bytes) => {
    if (failed !== undefined) throw failed
    const held = memory.buffer.byteLength
    const address = held + bytes < addressable ? malloc(bytes) >>> 0 : 0
    if (address > 0) return address
    failed = new Error(`${full}; it has ${mebibytes(held)} and got no ${mebibytes(bytes)} more`)
    throw failed
  }
}
