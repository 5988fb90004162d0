/** Files that failed beside others are run once more, alone: whether the file is at fault or the company it had is then plain. */

/** More than these are no accident of a busy machine. */
const MOST_AGAIN = 5;

/** The files to run again: all that failed while others ran beside them, or none where they are too many. */
export function filesAgain(failed: readonly string[]): readonly string[] {
  return failed.length <= MOST_AGAIN ? failed : [];
}

/** A file that failed beside others, and the tests that failed then and alone. */
export interface Second<T extends Titled = Titled> {
  readonly name: string;
  readonly beside: readonly T[];
  readonly alone: readonly T[];
}

interface Titled {
  titlePath(): string[];
}

/** Both outcomes of each; those that passed alone are listed as unsteady. */
export function unsteadyLines(seconds: readonly Second[]): string[] {
  const linesOf = ({ name, beside, alone }: Second) => [
    `  failed beside others, ${alone.length === 0 ? 'passed' : 'failed'} alone: ${name}`,
    ...beside.map((test) => `    ${test.titlePath().join(' › ')}`),
  ];
  const under = (title: string, some: readonly Second[]) =>
    some.length === 0 ? [] : [title, ...some.flatMap(linesOf)];
  return [
    ...under(
      'unsteady:',
      seconds.filter(({ alone }) => alone.length === 0),
    ),
    ...under(
      'failed twice:',
      seconds.filter(({ alone }) => alone.length > 0),
    ),
  ];
}
