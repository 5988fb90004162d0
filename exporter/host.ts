import { readFileSync } from 'node:fs';

export interface Host {
  read(path: string): string;
}
export const todo = readFileSync;
