import type { V1Container, V1EphemeralContainer, V1Pod, V1Probe } from '@kubernetes/client-node';
import type { DeclaredCommand } from '../owners/declared.ts';

type Container = V1Container | V1EphemeralContainer;

/** `$(NAME)`, or `$$` for a `$`. */
const REFERENCE = /\$(\$|\(([^)]*)\))/g;

/**
 * A word of a probe's command as the kubelet has it run: references to what the container's environment states itself are replaced, those to
 * anything else stay.
 *
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
 */
function expand(word: string, env: ReadonlyMap<string, string>): string {
  return word.replace(REFERENCE, (whole, what: string, name: string | undefined) =>
    what === '$' ? '$' : (env.get(name ?? '') ?? whole),
  );
}

/** A probe without its references to the environment, which is not kept. */
function expandProbe(probe: V1Probe | undefined, env: ReadonlyMap<string, string>): V1Probe | undefined {
  const command = probe?.exec?.command;
  return command && { exec: { command: command.map((word) => expand(word, env)) } };
}

/** What of a container's specification says which commands are run in it; undefined values for what it does not have. */
export function pruneCommands(container: Container) {
  const env = new Map((container.env ?? []).map(({ name, value }) => [name, value ?? '']));
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const hook = (command: string[] | undefined) => command && { exec: { command } };
  const postStart = hook(lifecycle?.postStart?.exec?.command);
  const preStop = hook(lifecycle?.preStop?.exec?.command);
  return {
    livenessProbe: expandProbe(livenessProbe, env),
    readinessProbe: expandProbe(readinessProbe, env),
    startupProbe: expandProbe(startupProbe, env),
    lifecycle:
      postStart === undefined && preStop === undefined
        ? undefined
        : { ...(postStart && { postStart }), ...(preStop && { preStop }) },
  };
}

/** The containers of a pod, init and ephemeral ones included. */
export function containersOf({ spec }: V1Pod): readonly Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
}

/** The commands that a container's specification has run in it. */
export function declaredCommands(container: Container): DeclaredCommand[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const probes = [livenessProbe, readinessProbe, startupProbe].map(
    (probe) => ['probe', probe?.exec] as const,
  );
  const hooks = [lifecycle?.postStart, lifecycle?.preStop].map((hook) => ['hook', hook?.exec] as const);
  return [...probes, ...hooks].flatMap(([kind, exec]) =>
    exec?.command === undefined ? [] : [{ kind, command: exec.command }],
  );
}
