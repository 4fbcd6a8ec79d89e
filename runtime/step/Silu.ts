import * as tf from "@tensorflow/tfjs-core"

/** Computes x sigmoid(x) in two operations, with the gradient y + sigmoid(x) (1 - y) times the upstream one. */
export const silu = (input: tf.Tensor4D): tf.Tensor4D =>
  tf.customGrad((x, save) => {
    const sigmoid = tf.sigmoid(x as tf.Tensor4D)
    const value = tf.mul<tf.Tensor4D>(x as tf.Tensor4D, sigmoid)
    ;(save as tf.GradSaveFunc)([value, sigmoid])
    return {
      value,
      gradFunc: (upstream: tf.Tensor4D, saved: Array<tf.Tensor>) => {
        const [value, sigmoid] = saved as [tf.Tensor4D, tf.Tensor4D]
        return tf.mul(upstream, tf.add(value, tf.mul(sigmoid, tf.sub(1, value))))
      }
    }
  })(input) as tf.Tensor4D
