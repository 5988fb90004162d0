/** What goes into models and comes out. */
export const FEATURES = 'features';
export const WINDOWS = 'windows';
export const PROBABILITIES = 'probabilities';
export const NOVELTY = 'novelty';
