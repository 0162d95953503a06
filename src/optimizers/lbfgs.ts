import {
  abs,
  add,
  and,
  clip,
  concat,
  div,
  elements,
  greater,
  greaterOrEqual,
  matmul,
  max,
  minimum,
  mul,
  neg,
  not,
  or,
  reshape,
  reshapeLike,
  type Shape,
  slice,
  sqrt,
  sub,
  sum,
  type Tensor,
  where,
} from "../graph/index.ts";
import { parameter } from "../parameters/parameter.ts";
import { part } from "../parameters/part.ts";
import { numberIn } from "../parameters/value.ts";
import { likeImage, number, type Optimizer } from "./optimizer.ts";

/** Sufficient decrease (Nocedal and Wright, Numerical Optimization, 2nd edition, equation 3.4). */
const ARMIJO = 1e-4;
/** A pair is stored if its curvature is positive beyond rounding, at any scale of the loss: y's > CURVATURE |y| |s|. */
const CURVATURE = 1e-7;
/** The history is reset after this many consecutive rejected steps. */
const PATIENCE = 10;

/**
 * Limited-memory BFGS (Nocedal and Wright, algorithm 7.4), entirely in the graph: one evaluation per step.
 *
 * Line search: a step that does not decrease the loss enough, or leads to NaN, is rejected and shortened by quadratic
 * interpolation (section 3.5). A direction that is no descent direction, or ten rejected steps, reset the history. The
 * first step moves the most sensitive pixel by `learningRate`, whatever the scale of the loss, so it can neither stall
 * nor explode. No later step moves a pixel by more than 1. The image is not clamped to [0, 1], because that would
 * falsify the curvature.
 *
 * A step costs `4 * history` passes over the image; the state takes `8 * history` bytes per number of the image.
 */
export const lbfgs = part(
  "L-BFGS: fewer, larger steps along the curvature",
  {
    learningRate: parameter(numberIn({ above: 0, max: 10 }), "the largest change of a pixel in the first step", {
      default: 0.1,
      word: "lr",
      aliases: ["learning-rate"],
      placeholder: "rate",
    }),
    history: parameter(numberIn({ min: 1, max: 100, whole: true }), "the number of correction pairs of the curvature", {
      default: 10,
    }),
  },
  ({ history }): Optimizer => {
    const pairs = (image: Shape) => [history, elements(image)];
    return {
      pointwise: false,
      exact: true,
      state: {
        // The accepted point: image, gradient, loss; then the trial step's length and slope.
        accepted: { shape: likeImage },
        gradient: { shape: likeImage },
        loss: { shape: number },
        length: { shape: number },
        slope: { shape: number },
        evaluations: { shape: number },
        shortened: { shape: number },
        // The pairs s = x' - x and y = g' - g, oldest first; 1 / y's is 0 for an empty slot.
        moves: { shape: pairs },
        changes: { shape: pairs },
        inverse: { shape: () => [history] },
        scale: { shape: number },
      },
      update({ image, gradient, loss, state, parameters }) {
        const flat = (x: Tensor) => reshape(x, [1, elements(image.shape)]);
        const trial = flat(image);
        const steepness = flat(gradient);
        const before = flat(state.accepted!);
        const beforeGradient = flat(state.gradient!);

        // Accept or reject the trial point. Comparisons with NaN are false, so a NaN is rejected.
        const first = not(greater(state.evaluations!, 0));
        const enough = add(state.loss!, mul(mul(ARMIJO, state.length!), state.slope!));
        const taken = or(first, greaterOrEqual(enough, loss));

        // A new pair, if the trial is accepted and the curvature between the two points is positive.
        const move = sub(trial, before);
        const change = sub(steepness, beforeGradient);
        const curvature = dot(change, move);
        const bend = dot(change, change);
        const least = mul(mul(CURVATURE, sqrt(bend)), sqrt(dot(move, move)));
        const learned = and(and(taken, not(first)), greater(curvature, least));
        const moves = where(learned, pushed(state.moves!, move), state.moves!);
        const changes = where(learned, pushed(state.changes!, change), state.changes!);
        const weight = reshape(div(1, curvature), [1]);
        const remembered = where(learned, pushed(state.inverse!, weight), state.inverse!);
        const scale = where(learned, div(curvature, bend), state.scale!);

        const x = where(taken, trial, before);
        const g = where(taken, steepness, beforeGradient);
        const f = where(taken, loss, state.loss!);
        const shortened = where(taken, 0, add(state.shortened!, 1));

        // The direction. The history is reset if it gives no descent direction, or a zero one.
        const learnedDirection = neg(twoLoop(g, moves, changes, remembered, scale, history));
        const learnedSlope = dot(learnedDirection, g);
        const stuck = greater(shortened, PATIENCE);
        const bare = not(greater(max(remembered), 0));
        const steepest = or(or(stuck, bare), not(greater(0, learnedSlope)));
        const direction = where(steepest, neg(g), learnedDirection);
        const slope = where(steepest, neg(dot(g, g)), learnedSlope);
        const inverse = where(steepest, mul(remembered, 0), remembered);

        // The step length: interpolated after a rejection, else 1.
        const reach = add(max(abs(direction)), 1e-30);
        const full = where(steepest, div(parameters.learningRate!, reach), minimum(1, div(1, reach)));
        const fresh = or(taken, stuck);
        const length = where(fresh, full, mul(state.length!, shrink(loss, state)));
        const next = add(x, mul(length, direction));
        return {
          image: reshapeLike(next, image),
          shown: reshapeLike(x, image),
          state: {
            accepted: reshapeLike(x, image),
            gradient: reshapeLike(g, image),
            loss: f,
            length,
            slope,
            evaluations: add(state.evaluations!, 1),
            shortened: where(stuck, 0, shortened),
            moves,
            changes,
            inverse,
            scale,
          },
        };
      },
    };
  },
);

/** The factor in [0.1, 0.5] to the minimum of the parabola through the old loss, its slope and the new loss. */
function shrink(loss: Tensor, state: Readonly<Record<string, Tensor>>): Tensor {
  const gain = mul(state.length!, state.slope!);
  const factor = div(neg(gain), mul(2, sub(sub(loss, state.loss!), gain)));
  return where(greaterOrEqual(factor, 0.1), clip(factor, 0.1, 0.5), 0.1);
}

/** The inverse Hessian approximation times the gradient `g`: algorithm 7.4. */
function twoLoop(g: Tensor, moves: Tensor, changes: Tensor, inverse: Tensor, scale: Tensor, history: number): Tensor {
  const row = (x: Tensor, i: number) => slice(x, 0, i, i + 1);
  const alphas: Tensor[] = [];
  let q = g;
  for (let i = history - 1; i >= 0; i--) {
    alphas[i] = mul(row(inverse, i), dot(row(moves, i), q));
    q = sub(q, mul(alphas[i]!, row(changes, i)));
  }
  let r = mul(scale, q);
  for (let i = 0; i < history; i++) {
    const beta = mul(row(inverse, i), dot(row(changes, i), r));
    r = add(r, mul(sub(alphas[i]!, beta), row(moves, i)));
  }
  return r;
}

/** The scalar product of two rows [1, n]. */
function dot(a: Tensor, b: Tensor): Tensor {
  return sum(matmul(a, reshape(b, [b.shape[1]!, 1])));
}

/** Drops the first of `rows` and appends `row`. */
function pushed(rows: Tensor, row: Tensor): Tensor {
  return concat(rows.shape[0] === 1 ? [row] : [slice(rows, 0, 1), row], 0);
}
