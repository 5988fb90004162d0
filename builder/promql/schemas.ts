import { z } from 'zod';
import { parseMatchers } from './matchers.ts';

/** A label's name: any text since Prometheus 3, such as `k8s.node.name`. */
export const labelName = z
  .string()
  .min(1, 'is no label name')
  .refine((name) => !/\p{Cs}/u.test(name), 'is no label name: it is no Unicode');

/** A list of label matchers, such as `job="kubevigil",cluster="a"`. */
export const matchers = z.string().transform((text, context) => {
  const found = parseMatchers(text);
  if (found !== undefined) return found;
  context.addIssue(
    `${JSON.stringify(text)} is no list of label matchers: write it like job="kubevigil",cluster="a"`,
  );
  return z.NEVER;
});
