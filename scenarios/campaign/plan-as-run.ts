/** The plan of a campaign as it ran, kept beside its episodes: what is labelled by them can be run again. */
import { type Document, parseDocument } from 'yaml';
import { packageVersion } from '../../common/version.ts';

/** In the folder of the episodes: `night-20261124T164500Z.plan.yaml`. */
export function planFileName(run: string): string {
  return `${run}.plan.yaml`;
}

/** A document whose first line it is to be, whatever stands in it. */
function withFirstLine(document: Document, line: string): string {
  document.commentBefore = [line, document.commentBefore].filter(Boolean).join('\n');
  return document.toString();
}

/**
 * The text of a plan with the seed that it ran with. All else stays as it was written, comments too; names of nodes are added to none,
 * since a dataset with pseudonyms may keep it.
 *
 * @param text YAML that is a plan
 */
export function planAsRun(
  text: string,
  { run, seed }: { readonly run: string; readonly seed: number },
): string {
  const document = parseDocument(text);
  document.set('seed', seed);
  return withFirstLine(document, ` As it ran: ${run}, by kubevigil-scenarios ${packageVersion()}.`);
}
