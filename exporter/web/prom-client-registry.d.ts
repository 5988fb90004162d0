/** The registry alone: prom-client's index takes 9 MB more, for metric classes and collectors that are not used. */
declare module 'prom-client/lib/registry.js' {
  export { Registry as default } from 'prom-client';
}

declare module 'prom-client/lib/util.js' {
  /** A value as every exposition format has it. */
  export function getValueAsString(value: number): string;
}
