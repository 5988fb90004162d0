/** The data source that was chosen at the top of the dashboard: nothing is tied to one by its name. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
