/**
 * The loss of a classifier, with a gradient of its own: what tfjs would derive bakes activation-sized constants into a
 * recorded step.
 */
import * as tf from "@tensorflow/tfjs-core"

/** The boxes' classes `[batch, boxes]` and which of the padded rows are there. */
export interface Truth {
  readonly classes: tf.Tensor2D
  readonly present: tf.Tensor2D
}

/** Says of every image which of the classes it shows: 0 or 1, `[batch, classes]`. */
export const shown = ({ classes, present }: Truth, count: number): tf.Tensor2D => {
  const rows = [...classes.shape, 1]
  const kinds = tf.cast(tf.equal(tf.reshape(classes, rows), tf.range(0, count, 1, "int32")), "float32")
  return tf.max(tf.mul(kinds, tf.reshape(present, rows)), 1)
}

/**
 * Computes the binary cross entropy of logits `[batch, classes]` against which classes an image shows, averaged over
 * both: the mean of softplus(x) - x t, with targets between smoothing / 2 and 1 - smoothing / 2.
 */
export const classifierLoss = (logits: tf.Tensor2D, truth: Truth, smoothing: number): tf.Scalar => {
  const [batch, classes] = logits.shape
  return tf.customGrad((x, save) => {
    const scores = x as tf.Tensor2D
    const targets = tf.add(tf.mul(shown(truth, classes), 1 - smoothing), smoothing / 2)
    ;(save as tf.GradSaveFunc)([scores, targets])
    return {
      value: tf.div(tf.sum(tf.sub(tf.softplus(scores), tf.mul(scores, targets))), batch * classes) as tf.Scalar,
      gradFunc: (upstream: tf.Scalar, saved: Array<tf.Tensor>) => {
        const [scores, targets] = saved as [tf.Tensor, tf.Tensor]
        return tf.mul(tf.sub(tf.sigmoid(scores), targets), tf.div(upstream, batch * classes))
      }
    }
  })(logits) as tf.Scalar
}
