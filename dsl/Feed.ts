import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"
import * as Text from "./Text.ts"

/** Steps whose batches are left out: those that the steps from `from` on would be shown, `steps` of them. */
const Skip = Schema.Struct({ from: Quantity.index, steps: Quantity.count }).annotate({ expected: "{ from, steps }" })

/**
 * Which training images are shown, and when. An image in `quarantine`, a file relative to the data set's folder or `#7`
 * for generated image 7, gives its place to the image after it in the epoch's order; every step after a skip is shown
 * what would have come later; another `order` shuffles every epoch otherwise.
 */
export const Feed = Schema.Struct({
  quarantine: Schema.Array(Text.filled),
  skip: Schema.Array(Skip),
  order: Quantity.index
})
export type Feed = typeof Feed.Type

/** Shows every training image once an epoch. */
export const whole: Feed = { quarantine: [], skip: [], order: 0 }

/** Leaves out images or batches, or shuffles otherwise: `Feed.make({ quarantine: ["train/images/0007.jpg"] })`. */
export const make = (options: Partial<Feed>): Feed => ({ ...whole, ...options })
