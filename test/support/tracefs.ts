export { seeingTracefs, tracefsRefusal } from '../../tools/programs/tracefs.ts';
