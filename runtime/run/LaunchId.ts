/**
 * The ids of launches.
 */
import { randomInt } from "node:crypto"

/** Makes an id that sorts by time and is short enough to type. */
export const newLaunchId = (now: number): string =>
  `${now.toString(36)}${randomInt(36 ** 2).toString(36).padStart(2, "0")}`
