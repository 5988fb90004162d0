/** Kubernetes gives each pod of an Indexed Job its number, from 0. */
export const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** What a flag has to say that means the number of the pod. */
const AUTO = 'auto';

/** The text of a flag, or where it says `auto` that of the pod's number; undefined where there is none. */
export function withCompletionIndex(text: string, environment: NodeJS.ProcessEnv): string | undefined {
  return text === AUTO ? environment[INDEX_VARIABLE] : text;
}
