import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Owner from "../../../../runtime/run/Owner.ts"
import * as Holder from "../../../../runtime/run/store/Holder.ts"

const text = fc.string({ unit: "binary" })

const holder = fc.record<Holder.Holder>({
  host: text,
  pid: fc.nat(),
  born: fc.option(text),
  lease: fc.option(text)
})

/** The same holder, however it came to be put together. */
const turned = ({ born, host, lease, pid }: Holder.Holder): Holder.Holder => ({ lease, pid, host, born })

describe("Holder", () => {
  it("is read as it was written, and equal ones are the same text", () => {
    fc.assert(fc.property(holder, (one) => {
      assert.deepStrictEqual(Holder.decode(Holder.encode(one)), one)
      assert.strictEqual(Holder.encode(turned(one)), Holder.encode(one))
    }))
  })

  it("is another text where any part of it is another", () => {
    fc.assert(fc.property(holder, holder, fc.constantFrom("host", "pid", "born", "lease"), (one, other, part) => {
      fc.pre(one[part] !== other[part])
      assert.notStrictEqual(Holder.encode({ ...one, [part]: other[part] }), Holder.encode(one))
    }))
  })

  it("names this process, by no lease", () => {
    assert.deepStrictEqual(Holder.self(), { ...Owner.self(), lease: null })
  })
})
