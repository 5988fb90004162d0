import { basename } from 'node:path';

/** Types, source maps, documentation, settings of other tools, and prebuilt code for the Bare runtime. */
const DEVELOPERS = /\.(map|[cm]?tsx?|md|markdown|flow|html|ya?ml|bare|c|cc|h|gyp)$|^\.(?!bin$)/;
/** What must go along with the code. */
const LEGAL = /^(licen[cs]e|notice|copying|authors)/i;

/** ONNX Runtime comes in sixty builds, of which the detector runs one: WebAssembly, whose script finds its code beside it. */
const RUNTIME = 'onnxruntime-web/';
const RUNTIME_NEEDED = [
  'package.json',
  'ort.wasm.bundle.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
];

/** Whether a file of a dependency is never read when a program runs. */
export function isForDevelopers(path: string): boolean {
  const name = basename(path);
  if (path.startsWith(RUNTIME) && !LEGAL.test(name)) return !RUNTIME_NEEDED.includes(name);
  return DEVELOPERS.test(name) && !LEGAL.test(name);
}
