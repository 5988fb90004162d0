import { basename } from 'node:path/posix';

const SHELLS = new Set(['ash', 'bash', 'csh', 'dash', 'fish', 'ksh', 'mksh', 'rbash', 'sh', 'tcsh', 'zsh']);

/** Programs that start other programs at set times, and do nothing else. */
const CRONS = new Set(['anacron', 'atd', 'cron', 'crond', 'dcron', 'fcron', 'supercronic', 'yacron']);

/** Programs of many names: which one runs, their executable does not tell. */
const MANY = new Set(['busybox', 'toybox']);

export const isShellName = (path: string): boolean => SHELLS.has(basename(path));

/** Whether a file is called as scripts for shells are, so that nobody has to look which program runs it. */
export const isShellScriptName = (path: string): boolean => /\.(ba|da|k|z)?sh$/.test(path);

export const isCronName = (path: string): boolean => CRONS.has(basename(path));

export const hasManyNames = (path: string): boolean => MANY.has(basename(path));
