/** Where things are in the machines. */
export const LAB = {
  /** The product as its image has it, and these checks. */
  product: '/opt/product',
  address: '127.0.0.1:24924',
  /** What the exporter logs. */
  log: '/var/log/kubevigil.log',
  /** A disk of its own for what containers write. */
  data: '/mnt/data',
  results: '/dev/ttyS1',
} as const;
