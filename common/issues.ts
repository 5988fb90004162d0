import { z } from 'zod';
import { messageOf } from './errors.ts';
import { excerpt } from './excerpt.ts';

/** What is wrong with something that was read, on one line: of a schema's objections the first. */
export function issueOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return excerpt(messageOf(error));
  const [issue] = error.issues;
  return excerpt(issue === undefined ? error.message : `${issue.path.join('.')}: ${issue.message}`);
}
