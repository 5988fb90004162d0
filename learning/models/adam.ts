const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const TINY = 1e-8;

/**
 * Steps down a gradient, each parameter at its own pace.
 *
 * @see Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015
 */
export class Adam {
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  readonly #rate: number;
  #steps = 0;

  constructor(parameters: number, rate: number) {
    this.#means = new Float64Array(parameters);
    this.#squares = new Float64Array(parameters);
    this.#rate = rate;
  }

  step(parameters: Float64Array, gradient: Float64Array): void {
    this.#steps++;
    const meanLeft = 1 - MEAN_DECAY ** this.#steps;
    const squareLeft = 1 - SQUARE_DECAY ** this.#steps;
    for (let i = 0; i < parameters.length; i++) {
      const slope = gradient[i] as number;
      const mean = MEAN_DECAY * (this.#means[i] as number) + (1 - MEAN_DECAY) * slope;
      const square = SQUARE_DECAY * (this.#squares[i] as number) + (1 - SQUARE_DECAY) * slope * slope;
      this.#means[i] = mean;
      this.#squares[i] = square;
      const pace = Math.sqrt(square / squareLeft) + TINY;
      parameters[i] = (parameters[i] as number) - (this.#rate * (mean / meanLeft)) / pace;
    }
  }
}
