import type { StartedBy } from '../catalogue/events/fields.ts';
import type { DeclaredCommand } from '../owners/declared.ts';
import { isShellName } from '../trace/descent/names.ts';

/** What runs whatever it reads is nobody's probe: a person can have started it by the same words. */
const readsCommands = ([program = '', ...words]: readonly string[]) =>
  words.length === 0 && isShellName(program);

const isSame = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((word, i) => word === b[i]);

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** How long what a probe or hook has started is still taken for its: kubelets end a probe after a second, unless they are told otherwise. */
const LASTS_NS = { probe: 60e9, hook: 600e9 } as const;

/** What is known of a program that the runtime started in a container from outside. */
export interface Injected {
  /** As the runtime was told, word for word; undefined when nobody saw that. */
  readonly launch: { readonly args: readonly string[]; readonly terminal: boolean } | undefined;
  /** As its process has them, which that process could have changed: they prove nothing but a difference. */
  readonly args: readonly string[] | undefined;
  /** How long after it the program in question was started, in nanoseconds. */
  readonly afterNs: number;
}

/** Declared commands that could be what was started, as far as its name tells. */
export function candidates(declared: readonly DeclaredCommand[], path: string): readonly DeclaredCommand[] {
  const name = nameOf(path);
  return declared.filter(({ command }) => nameOf(command[0] ?? '') === name && !readsCommands(command));
}

/**
 * Whether what came from outside of a container is one of the pod's own probes or hooks: exactly its words, and not on a terminal.
 *
 * @param possible what the specification declares of that name
 * @returns undefined when it could be one, and nobody saw what the runtime was told
 */
export function injectedBy(
  possible: readonly DeclaredCommand[],
  { launch, args, afterNs }: Injected,
): StartedBy | undefined {
  if (possible.length === 0) return 'exec';
  const words = launch?.args ?? args;
  if (words === undefined) return undefined;
  const declared = possible.find(({ command }) => isSame(command, words));
  if (declared === undefined || launch?.terminal === true || afterNs > LASTS_NS[declared.kind]) return 'exec';
  return launch === undefined ? undefined : declared.kind;
}
