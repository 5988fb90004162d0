import { z } from 'zod';

const status = z.object({
  name: z.string(),
  lastError: z.string().nullish(),
  labelSets: z.array(z.record(z.string(), z.string())).nullish(),
});
const stores = z.record(z.string(), z.array(status).nullable());

/** A server that a Thanos querier asks, such as the sidecar of one Prometheus. */
export interface Store {
  readonly name: string;
  /** What it is, and whose series it has: two with the same answer for each other. */
  readonly role: string;
  /** Why it is not asked now; undefined while it is. */
  readonly error: string | undefined;
}

/** As messages name it. */
export function storeText({ name, error }: Store): string {
  return `store ${name} ${error === undefined ? 'is gone from its list' : `is lost (${error})`}`;
}

/** The stores of a querier's list, `/api/v1/stores`; undefined for what is no such list. */
export function storesOf(data: unknown): Store[] | undefined {
  const parsed = stores.safeParse(data).data;
  return (
    parsed &&
    Object.entries(parsed).flatMap(([kind, all]) =>
      (all ?? []).map(({ name, lastError, labelSets }) => ({
        name,
        role: JSON.stringify([
          kind,
          (labelSets ?? []).map((set) => JSON.stringify(Object.entries(set).sort())).sort(),
        ]),
        error: lastError ?? undefined,
      })),
    )
  );
}

/**
 * What the querier leaves out in silence: a store that it cannot reach, or that was on its list before, and that no other
 * one stands in for.
 *
 * @param known the stores that were asked before
 */
export function lostStores(known: readonly Store[], listed: readonly Store[]): Store[] {
  const answering = new Set(listed.filter(({ error }) => error === undefined).map(({ role }) => role));
  const lost = [...listed, ...known].filter(({ role }) => !answering.has(role));
  return [...new Map(lost.toReversed().map((store) => [store.role, store])).values()];
}
