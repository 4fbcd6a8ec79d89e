import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Dataset from "../../../../dsl/Dataset.ts"
import * as Host from "../../../../dsl/Host.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as Demand from "../../../../runtime/run/queue/Demand.ts"
import { recipe } from "../../../dsl/recipes.ts"

const gib = 2 ** 30

const offer: Demand.Offer = {
  ballast: "1.0.0",
  engines: [
    { engine: "tensorflow", device: "gpu", memory: 40 * gib },
    { engine: "wasm", device: "cpu", memory: 8 * gib }
  ],
  labels: { gpu: "h200", room: "3" },
  data: ["blood-cells"]
}

const demand = (changes: Partial<Demand.Demand> = {}): Demand.Demand => ({
  ballast: "1.0.0",
  engine: "auto",
  device: "any",
  memory: null,
  labels: {},
  limits: {},
  data: null,
  ...changes
})

const names = fc.constantFrom("a", "b", "c")
const limits = fc.dictionary(names, fc.integer({ min: 1, max: 3 }))

describe("Demand", () => {
  it("is what a recipe says of its host and its data, with who has planned it", () => {
    const asked = { ballast: "1.0.0", engine: "wasm" } as const
    const host = Host.gpu({ memory: "1.5 GiB", labels: { room: "3" }, limits: { licences: 2 } })
    const demanding = Recipe.with(recipe, { host, data: Dataset.yolo({ name: "blood-cells" }) })
    assert.deepStrictEqual(Demand.of(demanding, asked), {
      ...asked,
      device: "gpu",
      memory: 1.5 * gib,
      labels: { room: "3" },
      limits: { licences: 2 },
      data: "blood-cells"
    })
    assert.deepStrictEqual(Demand.of(recipe, asked), demand(asked))
  })

  it("is named alike where it is equal, and otherwise where anything differs", () => {
    const one = demand({ labels: { a: "1", b: "2" }, limits: { x: 1, y: 2 } })
    assert.strictEqual(Demand.id(one), Demand.id(demand({ limits: { y: 2, x: 1 }, labels: { b: "2", a: "1" } })))
    const others: ReadonlyArray<Partial<Demand.Demand>> = [
      {},
      { ballast: "1.0.1" },
      { engine: "wasm" },
      { device: "cpu" },
      { memory: 1 },
      { labels: { a: "1" } },
      { limits: { a: 1 } },
      { data: "a" }
    ]
    assert.strictEqual(new Set(others.map((changes) => Demand.id(demand(changes)))).size, others.length)
  })

  it("says what an offer lacks, and what there is instead", () => {
    const expected: ReadonlyArray<readonly [Partial<Demand.Demand>, string | null]> = [
      [{}, null],
      [{ ballast: "1.1.0" }, "Ballast 1.1.0, and this is 1.0.0"],
      [{ labels: { gpu: "h200", room: "3" } }, null],
      [{ labels: { gpu: "a100" } }, "the label gpu=a100, and here it is h200"],
      [{ labels: { house: "5" } }, "the label house=5, and there is none"],
      [{ data: "blood-cells" }, null],
      [{ data: "cars" }, "the data set \"cars\", which is not found here (--data cars=PATH)"],
      [{ engine: "wasm", memory: 8 * gib }, null],
      [{ engine: "wasm", device: "gpu" }, "a gpu, and wasm computes on a cpu here"],
      [{ device: "gpu", memory: 40 * gib }, null],
      // A run that leaves the choice is computed with the first of the engines, whatever the others have.
      [{ device: "cpu" }, "a cpu, and tensorflow computes on a gpu here"],
      [{ memory: 80 * gib }, "80.0 GiB of memory, and there are 40.0 GiB"]
    ]
    for (const [changes, lacking] of expected) assert.strictEqual(Demand.lacking(demand(changes), offer), lacking)
    const unknown = { ...offer, engines: [{ engine: "tensorflow", device: "gpu", memory: null }] } as const
    assert.isNull(Demand.lacking(demand(), unknown))
    assert.strictEqual(
      Demand.lacking(demand({ memory: gib }), unknown),
      "1.0 GiB of memory, and how much the device has is not known"
    )
    const none = { ...offer, engines: [] }
    assert.strictEqual(Demand.lacking(demand(), none), "an engine, and none works here")
    assert.strictEqual(Demand.lacking(demand({ engine: "wasm" }), none), "the engine wasm, which does not work here")
  })

  it("names an amount of memory that does not suffice by another number than the one that is demanded", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 2 ** 32 }), (there, more) => {
      const engines = [{ engine: "wasm", device: "cpu", memory: there }] as const
      const told = Demand.lacking(demand({ memory: there + more }), { ...offer, engines })
      if (more === 0) return assert.isNull(told)
      const [, demanded, found] = /^([\d.]+) GiB of memory, and there are ([\d.]+) GiB$/.exec(told ?? "") ?? []
      assert.isAbove(Number(demanded), Number(found))
    }))
  })

  it("allows one more run where every limit that it names leaves room", () => {
    fc.assert(fc.property(limits, fc.dictionary(names, fc.nat(4)), (limits, running) => {
      const room = Object.entries(limits).every(([name, most]) => (running[name] ?? 0) + 1 <= most)
      assert.strictEqual(Demand.allows(demand({ limits }), new Map(Object.entries(running))), room)
    }))
  })
})
