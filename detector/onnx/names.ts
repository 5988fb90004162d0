/** What goes into models and comes out. */
export const FEATURES = 'features';
export const PROBABILITIES = 'probabilities';
export const NOVELTY = 'novelty';
