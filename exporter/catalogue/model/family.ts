/** The two halves of the 24: what a node does, and what is done to it. */
export const FAMILIES = ['performance', 'security'] as const;

export type Family = (typeof FAMILIES)[number];
