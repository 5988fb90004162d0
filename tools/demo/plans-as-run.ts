import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What `kubevigil-scenarios run` leaves beside the episodes of a campaign of these names: its plan as it ran. */
export function plansAsRun(folder: string, plans: readonly { readonly name: string }[]): string[] {
  const isOurs = (file: string) =>
    plans.some(
      ({ name }) => file.startsWith(name) && /^-\d{8}T\d{6}Z\.plan\.yaml$/.test(file.slice(name.length)),
    );
  return readdirSync(folder)
    .filter(isOurs)
    .sort()
    .map((file) => join(folder, file));
}
