import { assert, describe, it } from "@effect/vitest"
import * as DefaultExport from "../../../runtime/source/DefaultExport.ts"

describe("isIn", () => {
  it("finds every form that the language has", () => {
    const forms = [
      "export default 1",
      "const a = 1\nexport = a",
      "export\u2028default 1",
      "export/**/default 1",
      "export /* } */ // {\n default 1",
      "export // one\u2028default 1",
      "const a = 1\nexport { a as default }",
      "export { a, b as\n/* } */ default }",
      `export { a as "default" }`,
      `export { a as 'd\\u0065fault' }`,
      "export { a as d\\u0065fault }",
      `export { default } from "./a.ts"`,
      `export{/* } */default}from"./a.ts"`,
      `export { default as other, other as default } from "./a.ts"`,
      `export * as default from "./a.ts"`,
      `export */**/as"default"from"./a.ts"`,
      `const c = "export {/*"\nexport { a as default }\nconst d = "*/ }"`
    ]
    for (const form of forms) assert.isTrue(DefaultExport.isIn(form), form)
  })

  it("takes other exports for none", () => {
    const others = [
      "const a = 1",
      "export const a = 1 // by default",
      "export { a, b as c }\nswitch (a) { default: }",
      `export { default as a } from "./a.ts"`,
      `export * from "./default.ts"`,
      `export * as a from "./default.ts"`,
      "export {\n  // the default\n  a\n}",
      "export",
      ""
    ]
    for (const other of others) assert.isFalse(DefaultExport.isIn(other), other)
  })

  it("comes to an end soon, whatever a file holds", () => {
    const began = performance.now()
    for (const piece of ["export{", "export/*", "export//", "export {a,", "export '", "export\\"]) {
      DefaultExport.isIn(piece.repeat((1 << 18) / piece.length))
    }
    assert.isBelow(performance.now() - began, 4000)
  })
})
