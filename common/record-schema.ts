import { z } from 'zod';
import { recordOf } from './records.ts';

const outside = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a mapping of keys to values',
);

/**
 * A record by names from outside, of which zod's own drops `__proto__`; the result has no prototype.
 *
 * @param longestName in characters
 */
export function recordSchema<T extends z.ZodType>(values: T, longestName = Number.POSITIVE_INFINITY) {
  return outside.transform((record, context) => {
    const parsed = recordOf<z.output<T>>();
    for (const [name, value] of Object.entries(record)) {
      if (name.length > longestName) {
        context.addIssue(`a name may have ${longestName} characters at most`);
        return z.NEVER;
      }
      const result = values.safeParse(value);
      if (result.success) parsed[name] = result.data;
      else
        for (const issue of result.error.issues)
          context.issues.push({ ...issue, input: value, path: [name, ...issue.path] } as z.core.$ZodRawIssue);
    }
    return parsed;
  });
}
