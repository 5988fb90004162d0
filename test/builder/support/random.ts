export { randomFrom } from '../../../common/random.ts';
