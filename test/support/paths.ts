export { ROOT } from '../../tools/programs/paths.ts';
