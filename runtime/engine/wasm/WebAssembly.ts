/** The part of WebAssembly's interface that is used here: the types of Node leave it out. */
interface Interface {
  readonly validate: (bytes: Uint8Array) => boolean
  readonly Module: new(bytes: Uint8Array) => object
  readonly Instance: new(module: object, imports: object) => { readonly exports: object }
}

/** Memory that modules share; its buffer is another one once it has grown. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

export const { Instance, Module, validate } = (globalThis as unknown as { readonly WebAssembly: Interface }).WebAssembly
