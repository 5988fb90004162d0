/**
 * Files that failed are run once more, alone: whether the file is at fault or the company it had is then plain. Also those that had none, as
 * others than the tests may use this machine.
 */

/** More than these are no accident of a busy machine. */
const MOST_AGAIN = 5;

/** The files to run again: all that failed, or none where they are too many. */
export function filesAgain(failed: readonly string[]): readonly string[] {
  return failed.length <= MOST_AGAIN ? failed : [];
}

/** A file that failed, and the tests that failed then and again. */
export interface Second<T extends Titled = Titled> {
  readonly name: string;
  readonly first: readonly T[];
  readonly again: readonly T[];
}

interface Titled {
  titlePath(): string[];
}

/** Both outcomes of each; those that passed the second time are listed as unsteady. */
export function unsteadyLines(seconds: readonly Second[]): string[] {
  const linesOf = ({ name, first }: Second) => [
    `  ${name}`,
    ...first.map((test) => `    ${test.titlePath().join(' › ')}`),
  ];
  const under = (title: string, some: readonly Second[]) =>
    some.length === 0 ? [] : [title, ...some.flatMap(linesOf)];
  return [
    ...under(
      'unsteady, failed first and passed when run again alone:',
      seconds.filter(({ again }) => again.length === 0),
    ),
    ...under(
      'failed twice:',
      seconds.filter(({ again }) => again.length > 0),
    ),
  ];
}
