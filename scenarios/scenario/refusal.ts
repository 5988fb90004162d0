/** A scenario will not do what it was asked for: more than its caps allow, or not here. One line that says why. */
export class ScenarioRefusal extends Error {
  override readonly name = 'ScenarioRefusal';

  constructor(scenario: string, reason: string, options?: ErrorOptions) {
    super(`${scenario}: ${reason}`, options);
  }
}
