/** One reason why a rules file is refused, with the line (from 1) that it stands on. */
export interface Problem {
  readonly line: number;
  readonly reason: string;
}

/** The rules of a file were refused; every problem found is in `problems`. */
export class RulesError extends Error {
  override readonly name = 'RulesError';
  readonly code: 'unreadable' | 'invalid';
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(
    code: 'unreadable' | 'invalid',
    file: string,
    problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map(({ line, reason }) => `${file}:${line}: ${reason}`).join('\n'), options);
    this.code = code;
    this.file = file;
    this.problems = problems;
  }
}
