/** Intervals for the rate of rare events: exact ones, as a handful of false alarms has no normal distribution. */

/** P(X ≤ count) for a Poisson variable. */
function atMost(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= count; i++) {
    term *= mean / i;
    sum += term;
  }
  return Math.min(1, sum);
}

const STEPS = 100;

/** The mean at which a function that falls with it reaches a value. */
function meanWhere(falling: (mean: number) => number, value: number, most: number): number {
  let low = 0;
  let high = most;
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (falling(middle) > value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** No bound lies further: ten standard deviations and ten. */
const furthest = (count: number) => count + 10 * Math.sqrt(count + 1) + 10;

/** The largest mean that a count does not contradict: it or fewer are seen with probability `1 - confidence`. */
export function upperBound(count: number, confidence: number): number {
  return meanWhere((mean) => atMost(count, mean), 1 - confidence, furthest(count));
}

/**
 * The two-sided interval of the mean.
 *
 * @see F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936)
 */
export function poissonInterval(count: number, confidence = 0.95): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  const low = count === 0 ? 0 : meanWhere((mean) => atMost(count - 1, mean), 1 - tail, furthest(count));
  return [low, upperBound(count, 1 - tail)];
}
