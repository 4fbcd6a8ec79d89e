import { assert, describe, it } from "@effect/vitest"

/** The parts that must run, by `BALLAST_REQUIRE=tensorflow,data`: where one is missing its tests fail. */
const required = (name: string): boolean =>
  (process.env["BALLAST_REQUIRE"] ?? "").split(",").some((part) => part.trim() === name)

/**
 * Declares tests that need a part which not every host has. Where it is not available they are skipped, with the
 * reason, or fail where `BALLAST_REQUIRE` names the part.
 */
export const part = (
  name: string,
  available: boolean,
  title: string,
  body: () => void,
  why = "is not available here"
): void => {
  if (available) {
    describe(title, body)
  } else if (required(name)) {
    describe(title, () => {
      it(`needs ${name}`, () => assert.fail(`BALLAST_REQUIRE names ${name}, which ${why}`))
    })
  } else {
    // The body stays unread: it may reach for what is missing while it only declares its tests.
    describe.skip(title, () => {
      it(`needs ${name}, which ${why}`, () => undefined)
    })
  }
}
